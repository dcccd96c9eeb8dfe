"""What is in the outbox and the queue, and events that put something there."""

from typing import Any

from sqlalchemy import select, text

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import Event
from marketplace.leads.models import Lead
from marketplace.mail import delivery
from marketplace.mail.models import Email
from marketplace.quote_requests import retention
from marketplace.quote_requests.models import QuoteRequest


def erase(request: QuoteRequest) -> None:
    """Its key is destroyed."""
    retention.empty(request)


def event_of(thing: Lead | QuoteRequest | Clinic, **more: Any) -> Event:
    """Something that happened to it."""
    if isinstance(thing, Lead):
        return Event(request_id=thing.request_id, clinic_id=thing.clinic_id, lead_id=thing.id, **more)
    if isinstance(thing, Clinic):
        return Event(clinic_id=thing.id, **more)
    return Event(request_id=thing.id, **more)


def emails(name: str | None = None) -> list[Email]:
    """What is in the outbox, oldest first."""
    query = select(Email).order_by(Email.id)
    return list(db.session.scalars(query.where(Email.name == name) if name else query))


def only(name: str) -> Email:
    """The one email of that name."""
    (email,) = emails(name)
    return email


def text_of(email: Email) -> str:
    """Its text as stored."""
    return delivery.contents(email).text


def jobs_of(task: str, **argument: Any) -> list[Any]:
    """Waiting jobs: args and scheduled_at."""
    rows = db.session.execute(
        text("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'"),
        {"task": task},
    ).all()
    wanted = {name: str(value) for name, value in argument.items()}
    return [row for row in rows if wanted.items() <= row.args.items()]
