"""Tells patients what happens at a clinic they asked, and clinics that the patient changed answers.

A patient reads that the clinic wrote, withdrew, may not go on, or may again; a clinic gets one email until it has
looked, one in GROUP_SECONDS.
"""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import func, select

from marketplace.clinics.states import REQUIRED_CHECKS
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue
from marketplace.leads import status_texts
from marketplace.leads.messages import CLINIC, unread_counts
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_to_notify, unseen_changes
from marketplace.leads.states import FREEZES, LeadState
from marketplace.mail import outbox, patient_emails
from marketplace.mail.links import PageLink, RequestLink
from marketplace.mail.models import Email
from marketplace.mail.quota import mailed_recently
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import AT_CLINICS
from marketplace.quotes.models import Quote

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
    """Notifies each clinic that reads the changed answer (RequestChanged)."""
    request = db.session.get_one(QuoteRequest, event.request_id)
    for lead in leads_to_notify(request, {event.reason or ""}):
        send_or_reschedule(lead)


def send_or_reschedule(lead: Lead) -> None:
    """Under the request's lock: mails what is new, waits for the time of the next email, or leaves it to the one that
    lies unread."""
    told_at = _last_mailed_at(lead)
    if not unseen_changes(lead) or (
        told_at is not None and (lead.changes_seen_at is None or lead.changes_seen_at < told_at)
    ):
        return
    not_before = told_at + timedelta(seconds=current_app.config["GROUP_SECONDS"]) if told_at else None
    if not_before is not None and clock.now() < not_before:
        lock = f"mail.answer_news:{lead.id}"
        defer(send_job, schedule_at=not_before, queueing_lock=lock, request_id=str(lead.request_id))
        return
    outbox.put(
        ANSWERS_CHANGED,
        to=lead.clinic.email,
        audience="clinic",
        context={"clinic_name": lead.clinic.name},
        request=lead.request,
        clinic_id=lead.clinic_id,
        link=PageLink(f"/dashboard/leads/{lead.request.ref}"),
    )


def _last_mailed_at(lead: Lead) -> datetime | None:
    ours = (Email.request_id == lead.request_id) & (Email.clinic_id == lead.clinic_id) & (Email.name == ANSWERS_CHANGED)
    return db.session.scalar(select(func.max(Email.created_at)).where(ours))
