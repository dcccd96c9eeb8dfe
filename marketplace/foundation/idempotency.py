"""A form that creates something is answered once: the same token and body get the same answer again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.columns import Base
from marketplace.foundation.problems import WrongState


class FormToken(Base):
    """A token that was used, what was sent with it and where the answer led."""

    __tablename__ = "form_token"
    __table_args__ = (Index("ix_form_token_at", "at"),)

    token: Mapped[UUID] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    location: Mapped[str | None]
    at: Mapped[datetime]


def claim(token: UUID, *, body_hash: bytes) -> str | None:
    """None for the first to come; else where the first one was led. Raises WrongState for another body.

    The second of two at once waits here for the first one's commit.
    """
    row = insert(FormToken).values(token=token, body_hash=body_hash, at=clock.now())
    first = db.session.execute(row.on_conflict_do_nothing().returning(FormToken.token)).scalar()
    if first is not None:
        return None
    earlier = db.session.get_one(FormToken, token)
    if earlier.body_hash != body_hash:
        raise WrongState("form_changed")
    return earlier.location


def keep_answer(token: UUID, location: str) -> None:
    """Remembers where the answer led."""
    db.session.get_one(FormToken, token).location = location


def free(token: UUID) -> None:
    """A refused form may be sent again with the same token."""
    used = db.session.get(FormToken, token)
    if used is not None:
        db.session.delete(used)


def used(before: datetime) -> Select[UUID]:
    """Tokens used before this moment."""
    return select(FormToken.token).where(FormToken.at < before)


def forget(tokens: Sequence[UUID]) -> None:
    """A form sent again with one of these counts as new."""
    db.session.execute(delete(FormToken).where(FormToken.token.in_(tokens)))


def forget_answers_below(reference: str) -> None:
    """Every token whose answer led to a page of this reference goes, and with it the hash of what was typed."""
    db.session.execute(delete(FormToken).where(FormToken.location.contains(reference, autoescape=True)))
