"""What a clinic and a patient say to each other, sealed with the request's key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.columns import uuid7
from marketplace.leads.models import Lead, Message


@dataclass(frozen=True)
class Said:
    """One message: `author` is clinic or patient, `at` aware."""

    author: str
    body: str
    at: datetime


def say(lead: Lead, *, author: str, body: str) -> None:
    """Seals and stores it."""
    message_id = uuid7()
    sealed = lead.request.box.seal("message.body_sealed", body, row=message_id)
    db.session.add(Message(id=message_id, lead_id=lead.id, author=author, body_sealed=sealed, sent_at=clock.now()))
    db.session.flush()


def messages(lead: Lead) -> list[Said]:
    """Oldest first. Raises CannotOpen once the request is erased."""
    rows = db.session.scalars(select(Message).where(Message.lead_id == lead.id).order_by(Message.sent_at)).all()
    if not rows:
        return []
    box = lead.request.box
    return [Said(row.author, box.open("message.body_sealed", row.body_sealed, row=row.id), row.sent_at) for row in rows]


def forget_those_of(request_id: UUID) -> None:
    """Nothing of what was said is left."""
    of_request = select(Lead.id).where(Lead.request_id == request_id)
    db.session.execute(delete(Message).where(Message.lead_id.in_(of_request)))
