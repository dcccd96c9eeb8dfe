"""Each email to a clinic's desk address: a reference and a time, never a name, a wish or health."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from marketplace.aftercare.problems import open_problem
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database import gathering
from marketplace.leads.models import Lead
from marketplace.leads.states import AWAITING, QUOTABLE, LeadState
from marketplace.mail import outbox
from marketplace.mail.email_text import clock_city, clock_time, local_day, local_moment
from marketplace.mail.links import PageLink
from marketplace.mail.models import Email
from marketplace.mail.quota import mailed_recently, try_lock
from marketplace.mail.register import names_of
from marketplace.quote_requests.models import QuoteRequest
from marketplace.words.listing import listing_reasons

_NOT_TWICE_WITHIN = timedelta(hours=1)


def new_request(event: Event) -> None:
    """Says that a request has come, and by when its patient hopes for an answer (LeadArrived)."""
    lead = _lead(event)
    timezone = lead.clinic.timezone
    context = {
        "time": clock_time(lead.due_at, timezone=timezone),
        "day": local_day(lead.due_at, timezone=timezone),
        "due": local_moment(lead.due_at, timezone=timezone),
        "city": lead.clinic.city,
        "zone_city": clock_city(lead.clinic),
    }
    _about_lead("new_request", lead, context=context)


def leads_waiting(event: Event) -> None:
    """Says at half time how many requests wait, in one email for all of them (LeadReminded)."""
    clinic = db.session.get_one(Clinic, event.clinic_id)
    if not try_lock(f"leads_waiting {clinic.id}"):
        return
    if mailed_recently("leads_waiting", within=_NOT_TWICE_WITHIN, clinic_id=clinic.id):
        return
    waiting = select(func.count()).select_from(Lead).where(Lead.clinic_id == clinic.id, Lead.state.in_(AWAITING))
    next_due = select(func.min(Lead.due_at)).where(Lead.clinic_id == clinic.id, Lead.state.in_(AWAITING))
    n, due_at = db.session.scalar(waiting) or 0, db.session.scalar(next_due)
    if not n or due_at is None:
        return
    context = {"n": n, "due": local_moment(due_at, timezone=clinic.timezone), "city": clinic.city}
    _put("leads_waiting", clinic, context=context, path="/dashboard/leads")


def chosen(event: Event) -> None:
    """Tells the chosen clinic that the patient's contact is there (QuoteChosen)."""
    _about_lead("chosen", _lead(event))


def not_chosen(event: Event) -> None:
    """Tells the other clinics, so that nobody keeps a place free (QuoteChosen)."""
    for lead in _others(event):
        _about_lead("not_chosen", lead)


def quote_declined(event: Event) -> None:
    """Says that the patient declined this clinic's quote and chose nobody yet (QuoteDeclined)."""
    _about_lead("quote_declined", _lead(event))


def decline_undone(event: Event) -> None:
    """Says that the decline was undone; a frozen clinic learns of it once it may go on (DeclineUndone)."""
    lead = _lead(event)
    if lead.state == LeadState.QUOTED:
        _about_lead("decline_undone", lead, context={"stands": True})


def undone_meanwhile(event: Event) -> None:
    """Says what was undone while the clinic was stopped, where its last word was that it is over (LeadThawed)."""
    lead = _lead(event)
    ours = (Email.request_id == lead.request_id) & (Email.clinic_id == lead.clinic_id)
    names = ("not_chosen", "quote_declined", "decline_undone", *names_of("clinic_choice_undone"))
    last = db.session.scalar(select(Email.name).where(ours, Email.name.in_(names)).order_by(Email.id.desc()).limit(1))
    if last == "not_chosen":
        _about_lead("clinic_choice_undone", lead, context={"was_chosen": False, "stands": True})
    elif last == "quote_declined":
        _about_lead("decline_undone", lead, context={"stands": lead.state == LeadState.QUOTED})


def clinic_choice_undone(event: Event) -> None:
    """Says that the choice was undone: the chosen clinic must not use the contact, the others may be chosen again.

    Whoever was declined, had declined or may not go on is not among these.
    """
    for lead in _leads_of(event):
        was_chosen = lead.clinic_id == event.clinic_id
        if was_chosen or lead.state in QUOTABLE:
            ends = was_chosen and event.reason is not None  # consent to it is revoked by the same act
            context = {"was_chosen": was_chosen, "stands": lead.state in QUOTABLE and not ends}
            _about_lead("clinic_choice_undone", lead, context=context)


def question_answered(event: Event) -> None:
    """Says that the patient wrote; where a question was open, the clock runs again (QuestionAnswered)."""
    lead = _lead(event)
    due = local_moment(lead.due_at, timezone=lead.clinic.timezone) if lead.state in AWAITING else ""
    context = {"due": due, "city": lead.clinic.city}
    _about_lead("question_answered", lead, context=context)


def patient_waits(event: Event) -> None:
    """Says that a patient asks for an answer and until when (ProblemTold), and again at half time (ProblemReminded)."""
    lead = _lead(event)
    problem = open_problem(lead)
    if problem is None:
        return
    timezone = lead.clinic.timezone
    context = {
        "again": problem.reminded_at is not None,
        "time": clock_time(problem.due_at, timezone=timezone),
        "day": local_day(problem.due_at, timezone=timezone),
        "due": local_moment(problem.due_at, timezone=timezone),
        "city": lead.clinic.city,
        "zone_city": clock_city(lead.clinic),
    }
    _about_lead("patient_waits", lead, context=context)


def request_closed(event: Event) -> None:
    """Says that the patient closed the request: no quote is expected any more (RequestClosed)."""
    for lead in _leads_of(event):
        if lead.state == LeadState.LOST and lead.quote_declined_at is None:
            _about_lead("request_closed", lead)


def delete_data(event: Event) -> None:
    """Asks to delete what the clinic copied, all consent being revoked, and to confirm it (LeadRevoked)."""
    _about_lead("delete_data", _lead(event))


def delete_part(event: Event) -> None:
    """Asks to delete a part, as consent for it was revoked; which one is on the lead's page only (ConsentRevoked)."""
    _about_lead("delete_part", _lead(event))


def delete_reminder(event: Event) -> None:
    """Reminds of a deletion that is not confirmed: one email a request and hour (DeletionChased)."""
    lead = _lead(event)
    request_id, clinic_id = lead.request_id, lead.clinic_id
    if not mailed_recently("delete_reminder", within=_NOT_TWICE_WITHIN, request_id=request_id, clinic_id=clinic_id):
        _about_lead("delete_reminder", lead)


def listing_published(event: Event) -> None:
    """Says that the listing is live (ListingPublished)."""
    _listing_result(event, result="live", path="/dashboard/listing")


def listing_sent_back(event: Event) -> None:
    """Says what the listing needs changed, in the operator's words (ListingSentBack)."""
    _listing_result(event, result="sent_back", path="/dashboard/listing")


def listing_suspended(event: Event) -> None:
    """Says that the listing is suspended, with the statement of reasons (ListingSuspended)."""
    _listing_result(event, result="suspended", path="/dashboard/listing")


def listing_reinstated(event: Event) -> None:
    """Says that the listing is live again (ListingReinstated)."""
    _listing_result(event, result="live_again", path="/dashboard/listing")


def _listing_result(event: Event, *, result: str, path: str) -> None:
    clinic = db.session.get_one(Clinic, event.clinic_id)
    decision = clinic.standing_decision if result in ("sent_back", "suspended") else None
    paragraphs = [line.strip() for line in decision.statement.splitlines() if line.strip()] if decision else []
    reasons = [listing_reasons([code]) for code in decision.reasons] if decision else []
    context = {"result": result, "reasons": reasons, "statement": paragraphs}
    _put("listing_result", clinic, context=context, path=path)


def _about_lead(name: str, lead: Lead, *, context: Mapping[str, Any] | None = None) -> None:
    _put(
        name,
        lead.clinic,
        context=context or {},
        path=f"/dashboard/leads/{lead.request.ref}",
        request=lead.request,
    )


def _put(
    name: str, clinic: Clinic, *, context: Mapping[str, Any], path: str, request: QuoteRequest | None = None
) -> None:
    outbox.put(
        name,
        to=clinic.email,
        audience="clinic",
        context={"clinic_name": clinic.name, **context},
        request=request,
        clinic_id=clinic.id,
        link=PageLink(path),
    )


def _lead(event: Event) -> Lead:
    """Returns the event's lead, by its id or by request and clinic."""
    if event.lead_id is not None:
        new = {lead.id: lead for lead in gathering.rows_of(Lead)}
        return new.get(event.lead_id) or db.session.get_one(Lead, event.lead_id)
    return db.session.scalars(
        select(Lead).where(Lead.request_id == event.request_id, Lead.clinic_id == event.clinic_id)
    ).one()


def _leads_of(event: Event) -> Sequence[Lead]:
    return db.session.scalars(select(Lead).where(Lead.request_id == event.request_id).order_by(Lead.id)).all()


def _others(event: Event) -> list[Lead]:
    """Returns the leads that lost by this choice, without those declined before."""
    return [lead for lead in _leads_of(event) if lead.state == LeadState.LOST and lead.state_before_loss is not None]
