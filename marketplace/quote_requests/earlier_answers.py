"""Keeps what an answer was before its patient changed it, sealed, so that a clinic sees old and new side by side.

Never health answers and photos: of these a clinic reads what stands now.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base, Json, key, uuid7
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.models import QuoteRequest

NEVER_KEPT = ("health", "photos")
KEPT = tuple(name for name in READ_BY_CLINICS if name not in NEVER_KEPT)


class EarlierAnswer(Base):
    """An answer that clinics could read until this moment; it dies with the request."""

    __tablename__ = "earlier_answer"
    __table_args__ = (Index("ix_earlier_answer_request_id_at", "request_id", "at"),)

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    name: Mapped[str]  # as in the table of answers
    value_sealed: Mapped[bytes]
    at: Mapped[datetime]

    request: Mapped[QuoteRequest] = relationship()

    @property
    def value(self) -> Json:
        """The answer as it was. Raises CannotOpen once the request is erased."""
        opened: Json = self.request.box.open("earlier_answer.value_sealed", self.value_sealed, row=self.id)
        return opened


def store_earlier(request: QuoteRequest, before: Mapping[str, object], changed: Iterable[str]) -> None:
    """Stores what the changed answers were, of those that are kept. For a locked request."""
    for name in changed:
        if name in KEPT:
            row = EarlierAnswer(id=uuid7(), request_id=request.id, name=name, at=clock.now())
            value = as_stored(before[name])
            row.value_sealed = request.box.seal("earlier_answer.value_sealed", value, row=row.id)
            db.session.add(row)
    db.session.flush()


def as_stored(value: object) -> Json:
    """Returns an answer as it is sealed: keys and days as text; None for one that was kept to oneself."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_stored(part) for part in value]
    if isinstance(value, UUID | date):
        return str(value)
    return value if isinstance(value, str | int) else None


def earlier_answers(request: QuoteRequest, *, after: datetime) -> dict[str, Json]:
    """Returns what each answer was at this moment, of those changed after it. Raises CannotOpen once erased."""
    found: dict[str, Json] = {}
    for row in _rows(request):
        if row.at > after and row.name not in found:
            found[row.name] = row.value
    return found


def all_earlier(request: QuoteRequest) -> list[tuple[str, Json, datetime]]:
    """Returns every earlier answer with its name and until when it stood, oldest first."""
    return [(row.name, row.value, row.at) for row in _rows(request)]


def _rows(request: QuoteRequest) -> list[EarlierAnswer]:
    query = select(EarlierAnswer).where(EarlierAnswer.request_id == request.id)
    return list(db.session.scalars(query.order_by(EarlierAnswer.at, EarlierAnswer.id)))


def forget_earlier_of(request_id: UUID) -> None:
    """Deletes every earlier answer of a request."""
    db.session.execute(delete(EarlierAnswer).where(EarlierAnswer.request_id == request_id))
