"""Queries of the audit log for operators: ids and codes, newest first, and which seal holds each entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, tuple_

from marketplace.extensions import db
from marketplace.foundation.audit.log import IS_PERSON, RENAMED_EVENTS, AuditEntry, kind_of_actor, listeners
from marketplace.foundation.audit.seals import AuditSeal, AuditSealEntry, latest_seal

PAGE = 50
Position = tuple[datetime, UUID]


@dataclass(frozen=True)
class Filter:
    """What an operator looks for; `nothing` when a reference or slug is of nobody."""

    actor: str = ""
    event: str = ""
    request_id: UUID | None = None
    clinic_id: UUID | None = None
    day: date | None = None
    nothing: bool = False


@dataclass(frozen=True)
class AuditRow:
    """An entry and the number of its seal."""

    entry: AuditEntry
    seal: int | None


@dataclass(frozen=True)
class AuditPage:
    """One page; `older` is where the next one begins."""

    rows: Sequence[AuditRow]
    older: Position | None


@dataclass(frozen=True)
class SealState:
    """How far the log is sealed."""

    last: AuditSeal | None
    waiting: int


def entries(wanted: Filter, *, after: Position | None = None) -> AuditPage:
    """One page of entries, newest first, from below a position: pages stay the same while the log grows."""
    query = select(AuditEntry, AuditSealEntry.seal_number)
    query = query.outerjoin(AuditSealEntry, AuditSealEntry.entry_id == AuditEntry.id).where(*_conditions(wanted))
    if after is not None:
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < after)
    query = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(PAGE + 1)
    rows = [AuditRow(entry, seal) for entry, seal in db.session.execute(query)]
    last = rows[PAGE - 1].entry if len(rows) > PAGE else None
    return AuditPage(rows[:PAGE], older=(last.at, last.id) if last else None)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if ":" in wanted.actor:
        found += [AuditEntry.actor == wanted.actor, IS_PERSON]
    elif wanted.actor:
        found.append(kind_of_actor() == wanted.actor)
    if wanted.event:
        found.append(AuditEntry.name.in_(stored_names(wanted.event)))
    if wanted.request_id:
        found.append(AuditEntry.request_id == wanted.request_id)
    if wanted.clinic_id:
        found.append(AuditEntry.clinic_id == wanted.clinic_id)
    if wanted.day:
        begin = datetime.combine(wanted.day, time.min, UTC)
        found.append((AuditEntry.at >= begin) & (AuditEntry.at < begin + timedelta(days=1)))
    if wanted.nothing:
        found.append(false())
    return found


def stored_names(event: str) -> list[str]:
    """Returns the names under which rows of this event were written: its present one and earlier ones."""
    return [event, *(old for old, new in RENAMED_EVENTS.items() if new == event)]


def event_names() -> list[str]:
    """The names of all events there are, sorted."""
    return sorted(event.__name__ for event in listeners)


def seal_state() -> SealState:
    """The last seal, and how many entries wait for the next one."""
    unsealed = ~select(AuditSealEntry).where(AuditSealEntry.entry_id == AuditEntry.id).exists()
    last = latest_seal()
    waiting = select(func.count()).select_from(AuditEntry).where(unsealed)
    if last is not None:
        waiting = waiting.where(AuditEntry.id >= last.first_entry_id)
    return SealState(last, db.session.scalar(waiting) or 0)
