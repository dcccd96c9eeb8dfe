"""Who read what is sealed; staff who open health answers or photos say why, and the patient reads it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.problems import Refused, WrongState
from marketplace.quote_requests.events import AnswersRead, AnswersUnsealed
from marketplace.quote_requests.models import REQUEST, AccessRecord, QuoteRequest
from marketplace.quote_requests.photos import photo_of, picture
from marketplace.quote_requests.queries import Answers, answers

OPEN_FOR = timedelta(minutes=15)
MIN_REASON_LENGTH = 10


def unseal(request: QuoteRequest, *, actor: str, reason: str) -> None:
    """Opens answers and photos to this person for 15 minutes; the patient reads the reason.

    Raises Refused for too short a reason, WrongState where there are no health answers.
    """
    if len("".join(reason.split())) < MIN_REASON_LENGTH:
        raise Refused("reason_short", field="reason")
    REQUEST.lock(request)
    if request.health_sealed is None:
        raise WrongState("no_health_answers")
    key = uuid7()
    said = request.box.seal("look.reason_sealed", reason, row=key)
    look = AccessRecord(id=key, request_id=request.id, actor=actor, what="health", reason_sealed=said, at=clock.now())
    db.session.add(look)
    record(AnswersUnsealed(request_id=request.id, reason="health"))


def open_until(request: QuoteRequest, *, actor: str) -> datetime | None:
    """Returns until when this person may read answers and photos; None while they are closed."""
    if request.health_sealed is None:
        return None
    opened = select(AccessRecord.at).where(AccessRecord.request_id == request.id, AccessRecord.actor == actor)
    at = db.session.scalar(opened.order_by(AccessRecord.at.desc()).limit(1))
    return at + OPEN_FOR if at is not None and clock.now() < at + OPEN_FOR else None


def read_unsealed(request: QuoteRequest) -> Answers:
    """Returns the health answers and nothing else of what is sealed, and records the reading."""
    record(AnswersRead(request_id=request.id, reason="health"))
    found = answers(request)
    return Answers(conditions=found.conditions, details=found.details)


def see_unsealed(request: QuoteRequest, photo_id: UUID) -> bytes:
    """Returns one photo as a JPEG and records the reading. Raises NotFound."""
    jpeg = picture(photo_of(request, photo_id))
    record(AnswersRead(request_id=request.id, reason="photos"))
    return jpeg


def access_records_of(request: QuoteRequest) -> list[AccessRecord]:
    """Returns who read what is sealed in a request, newest first, 200 at most."""
    return list(
        db.session.scalars(
            select(AccessRecord)
            .where(AccessRecord.request_id == request.id)
            .order_by(AccessRecord.at.desc())
            .limit(200)
        )
    )
