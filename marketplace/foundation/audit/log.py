"""The audit log: every change leaves a past-tense record of who and when, in the same transaction as the change."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, literal_column
from sqlalchemy.orm import Mapped

from marketplace.foundation import clock
from marketplace.foundation.database import gathering, transactions
from marketplace.foundation.database.columns import Base, key
from marketplace.foundation.database.roles import as_system

IS_PERSON: ColumnElement[bool] = literal_column("actor LIKE '%:%'")  # a patient is nobody in the log


def kind_of_actor() -> ColumnElement[str]:
    """Returns what an actor is, as an index has it: "operator" of "operator:0190..."."""
    return literal_column("split_part(actor, ':', 1)")


_actor: ContextVar[str] = ContextVar("actor", default="system")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; ids and codes only, never what a person typed."""

    request_id: UUID | None = None
    clinic_id: UUID | None = None
    lead_id: UUID | None = None
    quote_id: UUID | None = None
    account_id: UUID | None = None
    reason: str | None = None


# Rows are never changed: an event that was renamed keeps its earlier name in rows of that time.
RENAMED_EVENTS = {
    "CheckLapsed": "CheckExpired",
    "InvitationLapsed": "InvitationExpired",
    "InvitationTakenBack": "InvitationCancelled",
    "LeadLapsed": "LeadExpired",
    "RequestWithdrawn": "RequestDeleted",
}


class AuditEntry(Base):
    """One row an event: inserted, never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_request_id_at", "request_id", "at"),
        Index("ix_audit_entry_clinic_id_at", "clinic_id", "at"),
        Index("ix_audit_entry_account_id_at", "account_id", "at"),
        Index("ix_audit_entry_at_id", "at", "id"),
        Index("ix_audit_entry_kind_at_id", kind_of_actor(), "at", "id"),
        Index("ix_audit_entry_actor_at_id", "actor", "at", "id", postgresql_where=IS_PERSON),
    )

    id: Mapped[UUID] = key()
    at: Mapped[datetime]
    name: Mapped[str]
    actor: Mapped[str]
    request_id: Mapped[UUID | None]
    clinic_id: Mapped[UUID | None]
    lead_id: Mapped[UUID | None]
    quote_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    reason: Mapped[str | None]

    @property
    def event(self) -> str:
        """The present name of what happened; `name` is what it was called when the row was written."""
        return RENAMED_EVENTS.get(self.name, self.name)


Listener = Callable[[Any], None]
listeners: dict[type[Event], tuple[Listener, ...]] = {}


def record(event: Event) -> None:
    """Writes the event's row, then calls the reactions, which put their jobs and emails into the same transaction."""
    gathering.add(AuditEntry(**columns_of(event)))
    with as_system():
        for listener in listeners[type(event)]:
            listener(event)


def columns_of(event: Event) -> dict[str, Any]:
    """The columns of an event's row, with the present moment and actor."""
    return {"at": clock.now(), "name": type(event).__name__, "actor": _actor.get(), **asdict(event)}


def record_in_own_transaction(event: Event, *rows: Base) -> None:
    """Writes the event's row and `rows` in a transaction of their own: they stay although the answer is refused.

    No reaction is called.
    """
    with transactions.transaction() as session:
        session.add_all([AuditEntry(**columns_of(event)), *rows])


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Names who acts inside the block: patient, member:<id>, operator:<id>, timer."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def current_actor() -> str:
    """The name under which things are recorded at this moment."""
    return _actor.get()


def set_actor(actor: str) -> None:
    """Names who acts until the request's context ends, which resets it."""
    _actor.set(actor)


class CommandRun(Event):
    """The administrator changed something by a command; `reason` is the command."""


class LogForgotten(Event):
    """Whole sealed batches of the log went after 24 months; `reason` is the last seal that lost its entries."""


class KeysRotated(Event):
    """Data keys were wrapped anew; `reason` is the id of the master key that wraps them."""
