"""A lead's page: the patient's answers and photos, the clinic's quote as a card, and the form for a quote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user

from marketplace.aftercare.problems import open_problem
from marketplace.catalogue.trip_plans import Checked, plan_text
from marketplace.clinics.checks import why_stopped
from marketplace.foundation import clock
from marketplace.foundation.problems import NotFound, Refused
from marketplace.foundation.values.amounts import NotAnAmount
from marketplace.leads.actions import record_access
from marketplace.leads.deletion_duties import confirm_deletion, duties_of
from marketplace.leads.queries import mark_changes_seen
from marketplace.leads.states import LeadState
from marketplace.leads.visibility import VisibleAnswers, answers_visible_to, lock_visibility, may_ask, photos_visible
from marketplace.quote_requests import photos
from marketplace.quote_requests.queries import treatment_of
from marketplace.quote_requests.states import DELETABLE
from marketplace.quotes.models import Quote
from marketplace.quotes.prefilling import prefill, sources
from marketplace.quotes.queries import changed_after, latest_for_lead, standing_for_lead, takes_quote, why_lost
from marketplace.quotes.quote_comparison import items_answered
from marketplace.quotes.quote_plans import checked_quote, trips_abroad
from marketplace.quotes.terms import ITEMS, VALID_DAYS, QuoteTerms, terms_of
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.changed_answers import changed_rows
from marketplace.web.dashboard.current_lead import items, record_accesses, request_shown
from marketplace.web.dashboard.inbox import last_list_url
from marketplace.web.dashboard.quote_form import QuoteForm, parts, quote_form, shown_values
from marketplace.web.dashboard.thread import ReplyForm, thread_of
from marketplace.web.filters import day, day_text, money, money_text
from marketplace.web.http import uploads
from marketplace.web.http.writing import writes
from marketplace.words.lead import LEAD_ENDINGS, PRACTITIONER_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketplace.catalogue.models import Procedure
    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote


@dataclass(frozen=True)
class ItemisedQuote:
    """The card: rows and sum as (label, value), and the notes below them."""

    rows: list[tuple[str, str]]
    total: tuple[str, str]
    note: str


def itemised_quote(quote: Quote, plan: Checked) -> ItemisedQuote:
    """Returns the card of a quote and its checked plan; it has a row for a discount only where there is one."""
    discount = [(_("Discount"), money(quote.discount, quote.currency))] if quote.discount else []
    return ItemisedQuote(
        rows=[
            (quote.procedure.name, ngettext("%(num)s session", "%(num)s sessions", quote.sessions)),
            (_("Price of one session"), money(quote.price_per_session, quote.currency)),
            *discount,
            (_("Who treats"), str(PRACTITIONER_ROLES.clinic[quote.practitioner_role])),
            (_("Product"), quote.product),
            (_("Trips"), plan_text(plan.stated)),
            (_("Deposit"), money(quote.deposit, quote.currency) if quote.deposit else _("None")),
            (_("Valid until"), day(quote.valid_until)),
        ],
        total=(_("Total"), money(quote.total, quote.currency)),
        note=_(
            "%(n)s of %(m)s items answered. Patients compare these.",
            n=items_answered(quote),
            m=len(ITEMS),
        ),
    )


@blueprint.get("/leads/<ref>")
@writes
def lead(lead: Lead, ref: str) -> ResponseReturnValue:
    """Shows the lead; looking at it for the first time opens it. A frozen lead shows why it is frozen."""
    visible = answers_visible_to(lead, goes_on=lock_visibility(lead))
    if lead.state == LeadState.FROZEN:
        why = {"stop": why_stopped(lead.clinic), "duties": duties_of(lead)}
        return render_template("dashboard/frozen.html", lead=lead, ref=ref, **why)
    record_accesses(lead, visible)
    page = lead_page(lead, visible, form=filled_form(lead, visible))
    if request.method != "HEAD":
        mark_changes_seen(lead)
    return page


def filled_form(lead: Lead, visible: VisibleAnswers) -> QuoteForm | None:
    """Returns the quote form with the clinic's most likely answers; None where the lead takes no quote."""
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
    """Returns the procedures the clinic may quote for: those of the treatment the patient asked for."""
    return treatment_of(lead.request).procedures


def form_of(lead: Lead, visible: VisibleAnswers, *, values: Mapping[str, object] | None = None) -> QuoteForm:
    """Returns the quote form of this lead, with `values` or, without them, with what was sent."""
    return quote_form(
        currency=lead.clinic.currency, treatment=treatment_of(lead.request), questions=visible.questions, values=values
    )


def _started_from(lead: Lead, latest: Quote | None) -> QuoteTerms:
    """Returns the terms of this clinic's latest quote for the lead; where none fits, its usual answers."""
    if latest is None or latest.currency != lead.clinic.currency:
        return prefill(lead)
    terms = terms_of(latest)
    if "questions" in changed_after(latest):
        terms = replace(terms, answers=())  # the questions have changed since
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
    """Renders the lead's page and returns it with `status`, whatever the lead's state is."""
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
        changed_answers=changed_rows(lead, visible, quote),
        back_url=last_list_url(),
        lost=_how_it_ended(lead) if lead.state == LeadState.LOST else None,
        thread=thread_of(lead, visible.said, form=reply_form),
        problem=open_problem(lead),
        duties=duties_of(lead),
        stop=why_stopped(lead.clinic) if lead.state == LeadState.WON else None,
        has_errors=has_errors or bool(reply_form and reply_form.errors),
    )
    return page, status


def _how_it_ended(lead: Lead) -> str:
    """Returns how the lead was lost in words, with the day where the patient declined the quote."""
    if lead.quote_declined_at is not None:
        return _("The patient decided against your quote on %(day)s.", day=day_text(lead.quote_declined_at))
    return str(LEAD_ENDINGS.clinic[why_lost(lead)])


def _send_label(form: QuoteForm) -> str:
    """Returns the label of the send button; it names the total where that can be read as an amount."""
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
    """Records that the clinic deleted its copy of the purpose `what`, or of everything. Repeating it changes nothing.

    Raises Refused or WrongState.
    """
    what = request.form.get("what")
    if what is not None and what not in DELETABLE:
        raise Refused("unknown_purpose", field="what")
    confirm_deletion(lead, [what] if what else DELETABLE)
    flash(_("Thank you. We have noted that the data is deleted"), "success")
    return redirect(url_for("dashboard.lead", ref=ref), 303)


@blueprint.get("/leads/<ref>/photos/<uuid:photo_id>")
@writes
def photo(lead: Lead, ref: str, photo_id: UUID) -> Response:
    """Returns a photo and records the access, which the patient can read; HEAD records none. Raises NotFound."""
    if not photos_visible(lead, goes_on=lock_visibility(lead)):
        raise NotFound("photo")
    found = photos.photo_of(lead.request, photo_id)
    if request.method == "HEAD":
        return uploads.answer(b"", name="photo")
    record_access(lead, actor=current_user.actor, what="photos", is_locked=True)
    return uploads.answer(photos.picture(found), name=f"{ref}-{found.place}")
