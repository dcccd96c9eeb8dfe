"""A request's own page, opened by its emailed link; sending a lost link again, and opening health answers elsewhere."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.aftercare.check_ins import check_ins_of
from marketplace.aftercare.plans import plan_of
from marketplace.aftercare.price_kept import sayable_answers
from marketplace.leads import status_texts
from marketplace.leads.changes_told import changes_told
from marketplace.leads.messages import CLINIC, takes_messages, unread_counts
from marketplace.leads.queries import leads_of, returned_at
from marketplace.quote_requests import queries, request_links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.states import RequestState
from marketplace.quotes import choosing
from marketplace.quotes.queries import withdrawn_quotes
from marketplace.quotes.request_quotes import request_quotes
from marketplace.web.forms.base import ChallengedForm, Form, IdempotentForm, email_field
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.forms.visit_home import keep_home, kept_home
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.manage import deleted_page
from marketplace.web.patient.request.milestones import milestones
from marketplace.web.patient.request.next_step import next_step
from marketplace.web.patient.request.own_answers import has_closed_answer, sign_week
from marketplace.web.patient.request.quote_cards import compared, quote_cards
from marketplace.web.patient.request.standing import Standing, sections, tally
from marketplace.web.patient.request_access import accessible_refs, current_request, grant_access
from marketplace.web.patient.why_clinics import WhyClinics, why_clinics


class LinkForm(ChallengedForm, IdempotentForm):
    """The address to which the new link is sent."""

    limit = "link"
    email = email_field()

    def counted(self) -> dict[str, str]:
        """Returns the address as what the limit counts: a mailbox gets few emails, whoever asks."""
        return {"email": self.email.data or ""}


@blueprint.get("/q/<token>")
def open_page(token: str) -> ResponseReturnValue:
    """Opens a session for the one request of the link; a HEAD request opens nothing. Raises LinkGone."""
    quote_request, link = request_links.open_page(token)
    if request.method == "HEAD":
        return ""
    grant_access(quote_request, until=link.expires_at, mailed_at=link.created_at)
    target = request.args.get("to", "")
    page = url_for("patient.show_request", ref=quote_request.ref)
    return redirect(f"{page}/{target}" if request_links.BELOW_REQUEST.fullmatch(target) else page, 303)


@blueprint.route("/my/link", methods=["GET", "POST"])
@writes
@idempotent(LinkForm, must_have_key=False)
def ask_for_link() -> ResponseReturnValue:
    """Sends the link to a known address; the answer is the same for every address."""
    form = LinkForm()
    if form.validate_on_submit():
        request_links.send_new_link(form.email.data or "")
        return redirect(url_for("patient.link_sent"), 303)
    status = 422 if request.method == "POST" else 200
    return render_template(
        "patient/request/link.html", form=form, opened=accessible_refs(), has_errors=bool(form.errors)
    ), status


@blueprint.get("/my/link/sent")
def link_sent() -> str:
    """Shows what happens next."""
    return render_template(
        "patient/request/link_sent.html", hours=request_links.LIFETIMES[request_links.PAGE] // timedelta(hours=1)
    )


class OpenForm(IdempotentForm):
    """The button that mails a link; the mail goes to the address of the request."""

    limit = "link"

    def counted(self) -> dict[str, str]:
        """Returns the request's address as what the limit counts: a mailbox gets few emails."""
        return {"email": queries.answers(current_request()).email}


@blueprint.get("/my/requests/<ref>/open")
def show_closed(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows why health answers are closed in this browser, and how to open them."""
    return _page(quote_request, OpenForm())


@blueprint.post("/my/requests/<ref>/open")
@writes
@idempotent(OpenForm)
def mail_link_to_open(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Mails a link that opens the health answers for ten minutes in the browser that follows it."""
    form = OpenForm()
    if not form.validate_on_submit():
        return _page(quote_request, form)
    request_links.mail_new_link(quote_request)
    flash(_("We have emailed you a new link. Open it in this browser"), "success")
    return redirect(url_for("patient.show_closed", ref=quote_request.ref), 303)


def _page(quote_request: QuoteRequest, form: OpenForm) -> ResponseReturnValue:
    page = "patient/request/reopen_health.html"
    html = render_template(page, quote_request=quote_request, form=form, has_errors=bool(form.errors))
    return html, 422 if form.errors else 200


@blueprint.get("/my/requests/<ref>")
def show_request(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows the request in whatever state it is."""
    if quote_request.state == "withdrawn":
        return deleted_page(quote_request)
    keep_home(kept_home() or quote_request.home_country or "")
    standing = standing_of(quote_request)
    return render_template(
        "patient/request/show.html",
        quote_request=quote_request,
        step=(step := next_step(standing)),
        tally=tally(standing, said=step.says),
        is_treated=standing.is_treated,
        milestones=milestones(standing),
        answers=queries.answers(quote_request),
        photos=photos_of(quote_request),
        changes=changes_told(quote_request),
        may_say_price=bool(sayable_answers(quote_request)),
        form=Form(),
        **_clinics(standing),
    )


def standing_of(quote_request: QuoteRequest) -> Standing:
    """Returns the request with its leads, quotes, unread messages and what changed about its clinics."""
    leads, plan = leads_of(quote_request), plan_of(quote_request)
    asked = check_ins_of(quote_request) if plan else []
    return Standing(
        quote_request=quote_request,
        leads=leads,
        asked=request_quotes(quote_request.ref),
        unread=unread_counts([lead.id for lead in leads], author=CLINIC),
        news={lead.id: status_texts.clinic_news(lead) for lead in leads},
        check_ins=asked,
        first_session_on=plan.first_session_on if plan else None,
        sign_week=sign_week(quote_request, asked),
        has_closed_answer=has_closed_answer(quote_request, asked),
    )


def _why(standing: Standing) -> WhyClinics | None:
    """Returns why clinics were and were not proposed; answers are changed only while clinics may get the request."""
    may_change = standing.quote_request.state in (RequestState.OPEN, RequestState.PAUSED)
    return why_clinics(
        standing.quote_request,
        asked=[lead.clinic for lead in standing.leads],
        address=standing.answer_page if may_change else None,
    )


def _clinics(standing: Standing) -> dict[str, object]:
    """Returns the clinics that have the request, why these, quotes as compared, messages, and what changed."""
    leads, quotes, found = standing.leads, standing.quotes, compared(standing.asked)
    return {
        "leads": leads,
        "why": _why(standing),
        "sections": sections(standing, [column.quote.lead_id for column in found.columns]),
        "found": found,
        "cards": quote_cards(found),
        "quotes": quotes,
        "withdrawn": withdrawn_quotes(standing.quote_request),
        "unread": standing.unread,
        "takes_messages": takes_messages,
        "news": standing.news,
        "returned": returned_at(standing.quote_request),
        "comparable": len(standing.to_choose),
        "undo_until": {lead.id: choosing.undo_until(lead) for lead in leads},
        "quoted_leads": {quote.lead_id: quote for quote in quotes},
    }
