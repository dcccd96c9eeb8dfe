"""Idempotency keys: a form that creates something is answered once, the same key and body get the same answer again.

What was sent first is kept for 72 hours, so that whoever sends something else with the same key is shown both. It
may hold what is private: it is sealed by a key of its own row, and opens only for whom the form was given to.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Select, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.database.columns import Base
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security.sealed import Box, new_data_key, signing_key

Fields = dict[str, list[str]]


class FormToken(Base):
    """An idempotency key that was used, by whom, what was sent with it and where the answer led."""

    __tablename__ = "form_token"
    __table_args__ = (Index("ix_form_token_at", "at"), Index("ix_form_token_ref", "ref"))

    token: Mapped[UUID] = mapped_column(primary_key=True)
    holder: Mapped[bytes]  # a hash of the browser's session the form was given to
    ref: Mapped[str | None]  # the request it is about: what was typed goes when the request does
    body_hash: Mapped[bytes]
    data_key: Mapped[bytes | None]
    body_sealed: Mapped[bytes | None]
    location: Mapped[str | None]
    at: Mapped[datetime]


_KEEP_ANSWER = "UPDATE form_token SET location = :location WHERE token = :answered_token"


@dataclass(frozen=True)
class Submission:
    """A form as it was sent, with its idempotency key (`token`)."""

    token: UUID
    path: str
    fields: Fields
    holder: bytes
    ref: str | None = None

    @property
    def body_hash(self) -> bytes:
        """A hash of path and fields, whatever their order; keyed, because short answers could be guessed."""
        fields = sorted((name, values) for name, values in self.fields.items())
        return hmac.new(signing_key("form body"), json.dumps([self.path, fields]).encode(), hashlib.sha256).digest()


@dataclass(eq=False)
class FormChanged(WrongState):
    """The key was used with another body. `first` is empty for who did not send it."""

    now: Fields
    first: Fields = field(default_factory=dict)
    location: str | None = None

    def __post_init__(self) -> None:
        super().__init__("form_changed")


def claim(sent: Submission) -> str | None:
    """Stores the key of a submission: None for the first one, else the address the first one was led to.

    The second of two at once waits here for the first one's commit. Raises FormChanged for another body or sender.
    """
    key = new_data_key(owner=sent.token)
    row = insert(FormToken).values(
        token=sent.token,
        holder=sent.holder,
        ref=sent.ref,
        body_hash=sent.body_hash,
        data_key=key,
        body_sealed=Box(key, owner=sent.token).seal(_associated_data(sent), sent.fields),
        at=clock.now(),
    )
    first = db.session.execute(row.on_conflict_do_nothing().returning(FormToken.token)).scalar()
    return None if first is not None else _answer_of(db.session.get_one(FormToken, sent.token), sent)


def keep_answer(token: UUID, location: str) -> None:
    """Stores the address that the answer to this key led to."""
    gathering.execute({"answered": _KEEP_ANSWER}, answered_token=token, location=location)


def used_before(before: datetime) -> Select[UUID]:
    """Selects the keys used before this moment."""
    return select(FormToken.token).where(FormToken.at < before)


def delete_tokens(tokens: Sequence[UUID]) -> None:
    """Deletes these keys: a form sent again with one of them counts as new."""
    db.session.execute(delete(FormToken).where(FormToken.token.in_(tokens)))


def delete_tokens_of(reference: str) -> None:
    """Deletes every key of this request, and with it what was typed and its hash."""
    led_there = FormToken.location.contains(reference, autoescape=True)
    db.session.execute(delete(FormToken).where(or_(FormToken.ref == reference, led_there)))


def _answer_of(earlier: FormToken, sent: Submission) -> str | None:
    if earlier.holder != sent.holder:
        raise FormChanged(now=sent.fields)
    if earlier.body_hash == sent.body_hash:
        return earlier.location
    first: Fields = {}
    if earlier.data_key and earlier.body_sealed:
        first = Box(earlier.data_key, owner=earlier.token).open(_associated_data(sent), earlier.body_sealed)
    raise FormChanged(now=sent.fields, first=first, location=earlier.location)


def _associated_data(sent: Submission) -> str:
    """Part of what the seal is bound to: the row alone does not open it."""
    return f"form_token:{sent.holder.hex()}"
