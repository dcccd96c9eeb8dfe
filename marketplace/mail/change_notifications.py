"""Tells patients what happens at a clinic they asked, and clinics that the patient changed answers.

A patient reads that the clinic wrote, withdrew, may not go on, or may again. A clinic gets one email for what is
changed within UNDO_SECONDS, and the next after GROUP_SECONDS.
"""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import func, select

from marketplace.clinics.states import REQUIRED_CHECKS
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue
from marketplace.leads import status_texts
from marketplace.leads.events import ClinicToldOfChanges, ids
from marketplace.leads.messages import CLINIC, unread_counts
from marketplace.leads.models import Lead
from marketplace.leads.queries import changed_since, leads_to_notify
from marketplace.leads.states import FREEZES, LeadState
from marketplace.mail import outbox, patient_emails
from marketplace.mail.links import PageLink, RequestLink
from marketplace.mail.models import Email
from marketplace.mail.quota import mailed_recently
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import AT_CLINICS
from marketplace.quotes.models import Quote
from marketplace.words.request import ANSWERS

CLINIC_CHANGED = "clinic_changed"
ANSWERS_CHANGED = "answers_changed"
NOT_TWICE_WITHIN = timedelta(hours=24)


def clinic_stopped(event: Event) -> None:
    """Says that the clinic may not go on with this request (LeadFrozen, ChosenClinicStopped)."""
    lead = db.session.get_one(Lead, event.lead_id)
    _clinic_changed(lead, what=str(event.reason))


def check_ended(event: Event) -> None:
    """Says that an optional check has ended, once a day for each clinic (CheckExpired, CheckRevoked)."""
    if event.reason in REQUIRED_CHECKS:
        return  # its leads freeze, which is told
    here = (Lead.clinic_id == event.clinic_id) & Lead.state.in_((*FREEZES, LeadState.WON)) & Lead.warned_at.is_(None)
    query = select(Lead).join(QuoteRequest, QuoteRequest.id == Lead.request_id).where(here)
    for lead in db.session.scalars(query.where(QuoteRequest.state.in_(AT_CLINICS)).order_by(Lead.request_id)):
        if not _mailed_lately(lead):
            _clinic_changed(lead, what=status_texts.CHECK)


def clinic_returned(event: Event) -> None:
    """Says that the clinic may go on again (LeadThawed, ChosenClinicReturned)."""
    lead = db.session.get_one(Lead, event.lead_id)
    context = {"clinic": patient_emails.named(lead.clinic, lead.request)}
    patient_emails.put(
        "clinic_returned", lead.request, context=context, link=RequestLink(lead.request), clinic_id=lead.clinic_id
    )


def _clinic_changed(lead: Lead, *, what: str) -> None:
    """Puts the email about a changed clinic, in the words of the request page."""
    request = lead.request
    with force_locale(request.locale):
        context = {
            "clinic": patient_emails.named(lead.clinic, request),
            "sentences": status_texts.news_sentences(lead, what=what),
        }
    patient_emails.put(CLINIC_CHANGED, request, context=context, link=RequestLink(request), clinic_id=lead.clinic_id)


def _mailed_lately(lead: Lead) -> bool:
    """Whether it was said lately: three checks can end on one day, one email is enough."""
    return mailed_recently(
        CLINIC_CHANGED, within=NOT_TWICE_WITHIN, request_id=lead.request_id, clinic_id=lead.clinic_id
    )


def clinic_wrote(event: Event) -> None:
    """Says that a clinic replied, unless the email about an earlier unread reply will do (ClinicReplied)."""
    lead = db.session.get_one(Lead, event.lead_id)
    path, unread = f"messages/{lead.clinic.slug}", unread_counts([lead.id], author=CLINIC)
    if unread[lead.id] > 1 and patient_emails.recently(
        lead.request, "clinic_wrote", path=path, within=NOT_TWICE_WITHIN
    ):
        return
    _put("clinic_wrote", lead, path=path)


def quote_withdrawn(event: Event) -> None:
    """Says that a quote the patient could see was withdrawn; why is on the page (QuoteWithdrawn)."""
    lead = db.session.get_one(Lead, event.lead_id)
    if db.session.get_one(Quote, event.quote_id).sent_at is not None and lead.request.state in AT_CLINICS:
        _put("quote_withdrawn", lead)


def _put(name: str, lead: Lead, *, path: str = "") -> None:
    context = {"clinic": patient_emails.named(lead.clinic, lead.request)}
    patient_emails.put(
        name, lead.request, context=context, link=RequestLink(lead.request, path), clinic_id=lead.clinic_id
    )


@queue.task(name="mail.answer_news", retry=AFTER_OUTAGE)
def send_job(request_id: str) -> None:
    """Notifies the clinics of one request, or schedules it; runs in the worker, so it commits."""
    request = db.session.get(QuoteRequest, UUID(request_id), with_for_update=True, populate_existing=True)
    for lead in leads_to_notify(request, READ_BY_CLINICS) if request is not None else ():
        send_or_reschedule(lead)
    db.session.commit()


def notify_clinics(event: Event) -> None:
    """Schedules the email to each clinic that reads the changed answer (RequestChanged).

    It waits UNDO_SECONDS, so that whatever else is changed in that time is in the same email.
    """
    request = db.session.get_one(QuoteRequest, event.request_id)
    if leads_to_notify(request, {event.reason or ""}):
        _schedule(request.id, at=clock.now() + timedelta(seconds=current_app.config["UNDO_SECONDS"]))


def notify_clinic_again(event: Event) -> None:
    """Schedules the email to a clinic that reads the request again, which was changed meanwhile.

    Follows LeadThawed and DeclineUndone.
    """
    lead = db.session.get_one(Lead, event.lead_id)
    if lead in leads_to_notify(lead.request, READ_BY_CLINICS) and _untold(lead):
        _schedule(lead.request_id, at=clock.now() + timedelta(seconds=current_app.config["UNDO_SECONDS"]))


def _schedule(request_id: UUID, *, at: datetime) -> None:
    # A job that waits already looks under the request's lock, which whoever changes an answer holds.
    lock = f"mail.answer_news:{request_id}"
    defer(send_job, schedule_at=at, queueing_lock=lock, request_id=str(request_id))


def send_or_reschedule(lead: Lead) -> None:
    """Under the request's lock: names what was changed since the last email and look, or waits for its time."""
    changed, told_at = _untold(lead), _last_mailed_at(lead)
    if not changed:
        return
    not_before = told_at + timedelta(seconds=current_app.config["GROUP_SECONDS"]) if told_at else None
    if not_before is not None and clock.now() < not_before:
        _schedule(lead.request_id, at=not_before)
        return
    outbox.put(
        ANSWERS_CHANGED,
        to=lead.clinic.email,
        audience="clinic",
        context={"clinic_name": lead.clinic.name, "changed": [str(ANSWERS.clinic[name]) for name in changed]},
        request=lead.request,
        clinic_id=lead.clinic_id,
        link=PageLink(f"/dashboard/leads/{lead.request.ref}"),
    )
    record(ClinicToldOfChanges(**ids(lead)))


def _untold(lead: Lead) -> list[str]:
    """Returns the answers that were changed since the clinic last looked and was last told."""
    looked_at = lead.changes_seen_at or lead.created_at
    return list(changed_since(lead, max(looked_at, _last_mailed_at(lead) or looked_at)))


def _last_mailed_at(lead: Lead) -> datetime | None:
    ours = (Email.request_id == lead.request_id) & (Email.clinic_id == lead.clinic_id) & (Email.name == ANSWERS_CHANGED)
    return db.session.scalar(select(func.max(Email.created_at)).where(ours))
