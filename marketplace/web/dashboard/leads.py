"""One request: what the patient asked with its photos, then the answer to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.clinics.checks import why_stopped
from marketplace.foundation import clock
from marketplace.foundation.problems import NotFound, Refused
from marketplace.foundation.values.amounts import NotAnAmount
from marketplace.leads.actions import record_access
from marketplace.leads.clinic_queries import mark_changes_seen
from marketplace.leads.deletion_duties import confirm_deletion, duties_of
from marketplace.leads.states import LeadState
from marketplace.leads.visibility import VisibleAnswers, answers_visible_to, is_visible, lock_visibility, may_ask
from marketplace.quote_requests import photos
from marketplace.quote_requests.queries import treatment_of
from marketplace.quote_requests.states import Purpose
from marketplace.quotes.prefilling import prefill, sources
from marketplace.quotes.queries import changed_after, latest_for_lead, standing_for_lead, takes_quote, why_lost
from marketplace.quotes.quote_plans import checked_quote, trips_abroad
from marketplace.quotes.terms import VALID_DAYS, QuoteTerms, terms_of
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.current_lead import changed_rows, items, record_accesses, request_shown
from marketplace.web.dashboard.inbox import last_list_url
from marketplace.web.dashboard.itemised_quote import itemised_quote
from marketplace.web.dashboard.quote_form import QuoteForm, parts, quote_form, shown_values
from marketplace.web.dashboard.thread import ReplyForm, thread_of
from marketplace.web.filters import day_text, money_text
from marketplace.web.http import uploads
from marketplace.web.http.writing import writes
from marketplace.words.lead import LEAD_ENDINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketplace.catalogue.models import Procedure
    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote


@blueprint.get("/leads/<ref>")
@writes
def lead(lead: Lead, ref: str) -> ResponseReturnValue:
    """The page a clinic answers from; the first look opens the lead."""
    lock_visibility(lead)
    visible = answers_visible_to(lead)
    if lead.state == LeadState.FROZEN:
        why = {"stop": why_stopped(lead.clinic), "duties": duties_of(lead)}
        return render_template("dashboard/frozen.html", lead=lead, ref=ref, **why)
    record_accesses(lead, visible)
    page = lead_page(lead, visible, form=filled_form(lead, visible))
    if request.method != "HEAD":
        mark_changes_seen(lead)
    return page


def filled_form(lead: Lead, visible: VisibleAnswers) -> QuoteForm | None:
    """The form with what the clinic would most likely answer; none where no quote is taken."""
    if not takes_quote(lead):
        return None
    latest = latest_for_lead(lead)
    terms = _started_from(lead, latest)
    values = shown_values(terms, procedure=_slug_of(lead, terms.procedure_id), seen=latest.number if latest else 0)
    form = form_of(lead, visible, values=values | {"currency": lead.clinic.currency})
    form.show(request_shown(lead, visible))
    return form


def _slug_of(lead: Lead, procedure_id: UUID) -> str:
    return next(procedure.slug for procedure in procedures_of(lead) if procedure.id == procedure_id)


def procedures_of(lead: Lead) -> list[Procedure]:
    """What the clinic may quote for: the procedures of the treatment that is asked for."""
    return treatment_of(lead.request).procedures


def form_of(lead: Lead, visible: VisibleAnswers, *, values: Mapping[str, object] | None = None) -> QuoteForm:
    """The form of this lead, with these values or what was sent."""
    return quote_form(
        currency=lead.clinic.currency, treatment=treatment_of(lead.request), questions=visible.questions, values=values
    )


def _started_from(lead: Lead, latest: Quote | None) -> QuoteTerms:
    """What this clinic wrote for this patient before, else what it usually answers."""
    if latest is None or latest.currency != lead.clinic.currency:
        return prefill(lead)
    terms = terms_of(latest)
    if "questions" in changed_after(latest):
        terms = replace(terms, answers=())  # they are to other questions
    days = (terms.valid_until - clock.today()).days
    if days < VALID_DAYS[0]:
        return QuoteTerms(**{**vars(terms), "valid_until": clock.today() + timedelta(days=30)})
    return terms


def lead_page(
    lead: Lead,
    visible: VisibleAnswers,
    *,
    form: QuoteForm | None,
    status: int = 200,
    has_errors: bool = False,
    reply_form: ReplyForm | None = None,
) -> ResponseReturnValue:
    """The page in whatever state the lead is."""
    quote = standing_for_lead(lead)
    held = quote is not None and quote.state == "held"
    plan = checked_quote(quote) if quote else None
    page = render_template(
        "dashboard/lead.html",
        lead=lead,
        visible=visible,
        quote=quote,
        held=held,
        plan=plan,
        card=itemised_quote(quote, plan) if quote and plan else None,
        prefilled=sources(lead) if form and quote is None else None,
        may_ask=may_ask(lead, visible),
        form=None if held else form,
        parts=parts(form, max_trips=trips_abroad(lead.request, country=lead.clinic.country)) if form else None,
        send_label=_send_label(form) if form else None,
        changed=items(form),
        changed_answers=changed_rows(lead, quote),
        back_url=last_list_url(),
        lost=_how_it_ended(lead) if lead.state == LeadState.LOST else None,
        thread=thread_of(lead, visible.said, form=reply_form),
        duties=duties_of(lead),
        stop=why_stopped(lead.clinic) if lead.state == LeadState.WON else None,
        has_errors=has_errors or bool(reply_form and reply_form.errors),
    )
    return page, status


def _how_it_ended(lead: Lead) -> str:
    """In words, with the day where the patient decided against a quote."""
    if lead.quote_declined_at is not None:
        return _("The patient decided against your quote on %(day)s.", day=day_text(lead.quote_declined_at))
    return str(LEAD_ENDINGS.clinic[why_lost(lead)])


def _send_label(form: QuoteForm) -> str:
    """The amount is in the button, as far as it can be read."""
    try:
        minor = form.total.minor(form.currency_code)
    except NotAnAmount:
        minor = None
    if minor is None:
        return _("Send quote")
    return _("Send quote of %(amount)s", amount=money_text(minor, form.currency_code))


@blueprint.post("/leads/<ref>/delete-confirmed")
@writes
def confirm_deleted(lead: Lead, ref: str) -> ResponseReturnValue:
    """The clinic says that its copy is gone, of one thing (`what`) or of all; saying it twice changes nothing."""
    what = request.form.get("what")
    if what is not None and what not in set(Purpose):
        raise Refused("unknown_purpose", field="what")
    confirm_deletion(lead, [Purpose(what)] if what else tuple(Purpose))
    flash(_("Thank you. We have noted that the data is deleted"), "success")
    return redirect(url_for("dashboard.lead", ref=ref), 303)


@blueprint.get("/leads/<ref>/photos/<uuid:photo_id>")
@writes
def photo(lead: Lead, ref: str, photo_id: UUID) -> Response:
    """Each look is recorded, and the patient reads it; HEAD looks at nothing."""
    lock_visibility(lead)
    if not is_visible(lead, Purpose.PHOTOS):
        raise NotFound("photo")
    found = photos.photo_of(lead.request, photo_id)
    if request.method == "HEAD":
        return uploads.answer(b"", name="photo")
    record_access(lead, actor=current_user.actor, what="photos")
    return uploads.answer(photos.picture(found), name=f"{ref}-{found.place}")
