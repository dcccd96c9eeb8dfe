"""Messages between a clinic and a patient, sealed with the request's key.

Words of a clinic that have to be asked about are pointed out before they go, and put before an operator where they go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from marketplace.clinics.checks import why_stopped
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.problems import Disagreements
from marketplace.leads.models import Lead, Message
from marketplace.leads.states import READING, LeadState
from marketplace.quote_requests.states import RequestState
from marketplace.reviews.actions import open_item
from marketplace.reviews.doubtful_words import asked_about, details
from marketplace.reviews.models import ReviewKind

CLINIC, PATIENT = "clinic", "patient"
MAX_MESSAGE_LENGTH = 1500  # characters, of either side
# A person who has settled with a clinic, or pauses, still has something to say to it.
REQUEST_TAKES_MESSAGES = (RequestState.OPEN, RequestState.PAUSED, RequestState.CHOSEN, RequestState.SETTLED)


@dataclass(frozen=True)
class MessageView:
    """One opened message; moments are aware.

    `author` is clinic or patient, `by` the member who wrote for the clinic.
    """

    author: str
    body: str
    at: datetime
    by: UUID | None = None
    read_at: datetime | None = None
    is_question: bool = False


def takes_messages(lead: Lead) -> bool:
    """Whether patient and clinic may write: not once the lead has ended, nor while the clinic may not go on."""
    still = lead.state in READING and lead.request.state in REQUEST_TAKES_MESSAGES
    return still and why_stopped(lead.clinic) is None


def post_message(lead: Lead, *, author: str, body: str, by: UUID | None = None, is_question: bool = False) -> UUID:
    """Seals and stores a message and returns its id."""
    message = Message(
        id=uuid7(), lead_id=lead.id, author=author, account_id=by, is_question=is_question, sent_at=clock.now()
    )
    message.body_sealed = lead.request.box.seal("message.body_sealed", body, row=message.id)
    db.session.add(message)
    db.session.flush()
    return message.id


def body_of(message_id: UUID) -> str:
    """Returns the words of one message, empty where there is none. Raises CannotOpen once the request is erased."""
    message = db.session.get(Message, message_id)
    if message is None:
        return ""
    box = db.session.get_one(Lead, message.lead_id).request.box
    return str(box.open("message.body_sealed", message.body_sealed, row=message.id))


def has_asked(lead: Lead) -> bool:
    """Whether the clinic's one question is used; replies are not counted."""
    asked = select(Message.id).where(Message.lead_id == lead.id, Message.is_question)
    return db.session.scalar(asked.limit(1)) is not None


def messages(lead: Lead) -> list[MessageView]:
    """Returns the messages of a lead, oldest first. Raises CannotOpen once the request is erased."""
    rows = db.session.scalars(
        select(Message).where(Message.lead_id == lead.id).order_by(Message.sent_at, Message.id)
    ).all()
    if not rows:
        return []
    box = lead.request.box
    return [
        MessageView(
            row.author,
            box.open("message.body_sealed", row.body_sealed, row=row.id),
            row.sent_at,
            by=row.account_id,
            read_at=row.read_at,
            is_question=row.is_question,
        )
        for row in rows
    ]


def mark_read(lead: Lead, *, author: str, until: datetime) -> None:
    """Marks what `author` wrote up to this moment as read by the other side; a later message stays unread."""
    unread = (Message.lead_id == lead.id) & (Message.author == author) & Message.read_at.is_(None)
    db.session.execute(update(Message).where(unread, Message.sent_at <= until).values(read_at=clock.now()))


def unread_counts(lead_ids: Iterable[UUID], *, author: str) -> dict[UUID, int]:
    """Counts the unread messages of `author` by lead; leads without any are left out."""
    query = select(Message.lead_id, func.count()).join(Lead, Lead.id == Message.lead_id)
    query = query.where(Message.lead_id.in_(list(lead_ids)), Message.author == author, Message.read_at.is_(None))
    rows = db.session.execute(query.where(Lead.state.in_(READING)).group_by(Message.lead_id))
    return {lead_id: count for lead_id, count in rows}


def forget_messages_of(request_id: UUID) -> None:
    """Deletes every message of a request."""
    of_request = select(Lead.id).where(Lead.request_id == request_id)
    db.session.execute(delete(Message).where(Message.lead_id.in_(of_request)))


def ask_about(lead: Lead, text: str, *, at: str, as_it_is: bool) -> list[ReviewKind]:
    """Returns what in a clinic's words is to be flagged.

    Raises Disagreements until the clinic says that it is meant so. Once the patient has chosen the clinic, contact
    details are allowed.
    """
    found = [
        (kind, problem)
        for kind, problem in asked_about(text, at=at)
        if not (kind == ReviewKind.CONTACT_DETAILS and lead.state == LeadState.WON)
    ]
    if found and not as_it_is:
        raise Disagreements([problem for _kind, problem in found])
    return [kind for kind, _problem in found]


def released_early(lead: Lead, text: str) -> list[str]:
    """Returns the sentences of a patient that give the clinic contact details before the choice would."""
    return [] if lead.state == LeadState.WON else details(text)


def put_before_operator(lead: Lead, kinds: list[ReviewKind], *, message_id: UUID, at: str) -> None:
    """Opens one review item per kind; the words stay in the message."""
    about = {"clinic_id": lead.clinic_id, "request_id": lead.request_id}
    for kind in kinds:
        open_item(kind, subject_id=message_id, detail={"field": at}, **about)
