"""Tells clinics that the patient changed answers: one email until they have looked, one in GROUP_SECONDS."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue
from marketplace.leads.clinic_queries import leads_to_notify, unseen_changes
from marketplace.leads.models import Lead
from marketplace.mail import outbox
from marketplace.mail.links import PageLink
from marketplace.mail.models import Email
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.models import QuoteRequest

NAME = "answers_changed"


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
        NAME,
        to=lead.clinic.email,
        audience="clinic",
        context={"clinic_name": lead.clinic.name},
        request=lead.request,
        clinic_id=lead.clinic_id,
        link=PageLink(f"/dashboard/leads/{lead.request.ref}"),
    )


def _last_mailed_at(lead: Lead) -> datetime | None:
    ours = (Email.request_id == lead.request_id) & (Email.clinic_id == lead.clinic_id) & (Email.name == NAME)
    return db.session.scalar(select(func.max(Email.created_at)).where(ours))
