"""Seals the audit log in batches: each seal is a hash over the one before it and over its own entries.

Not inline: entries are committed in another order than they are made. A batch takes whatever is in no seal yet, so an
entry that was committed late is in the next one.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Row, bindparam, event, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry, LogForgotten, record
from marketplace.foundation.database.columns import Base, Json, first_key

MIN_ENTRY_AGE = timedelta(seconds=60)
SEAL_INTERVAL = timedelta(seconds=60)
MAX_TRANSACTION = timedelta(hours=1)  # no transaction of ours lasts as long: what is sealed later was put in afterwards
BATCH = 1000
MAX_FORGOTTEN_SEALS = 200  # seals at a time
START = b"\0" * 32
ENTRY = AuditEntry.__table__

log = logging.getLogger(__name__)


class AuditSeal(Base):
    """One sealed batch: inserted, never changed; it stays when its entries go."""

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_entry_id: Mapped[UUID]
    last_entry_id: Mapped[UUID]
    entries: Mapped[int]
    entries_digest: Mapped[bytes]
    digest: Mapped[bytes]
    at: Mapped[datetime]


class AuditSealEntry(Base):
    """Which seal an entry is in, and its digest when it was sealed."""

    __tablename__ = "audit_seal_entry"
    __table_args__ = (Index("ix_audit_seal_entry_seal_number_entry_id", "seal_number", "entry_id"),)

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    seal_number: Mapped[int]
    digest: Mapped[bytes]


def seal_due(now: datetime) -> int:
    """Seals once a minute; returns how many entries were sealed."""
    last = latest_seal()
    return 0 if last is not None and now - last.at < SEAL_INTERVAL else seal(now)


def seal(now: datetime) -> int:
    """Seals whatever was made a minute ago or earlier and is in no seal; returns how many entries.

    One process at a time: a second one does nothing.
    """
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext("audit_seal")))):
        return 0
    last, at = latest_seal(), min(now, db.session.scalars(select(func.now())).one())
    since, until = (last.at - MAX_TRANSACTION if last else None), now - MIN_ENTRY_AGE
    sealed = 0
    while batch := unsealed(since=since, until=until):
        last = _seal(batch, after=last, at=max(at, last.at) if last else at)
        sealed += len(batch)
    return sealed


def latest_seal() -> AuditSeal | None:
    """The last seal of the chain; None before the first."""
    return db.session.scalar(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))


def unsealed(*, since: datetime | None, until: datetime | None) -> Sequence[Row[Any]]:
    """Entries in no seal, made in [since, until), the oldest first, a batch at most."""
    query = select(ENTRY).where(~select(AuditSealEntry).where(AuditSealEntry.entry_id == ENTRY.c.id).exists())
    if since is not None:
        query = query.where(ENTRY.c.id >= first_key(since))
    if until is not None:
        query = query.where(ENTRY.c.id < first_key(until))
    return db.session.execute(query.order_by(ENTRY.c.id).limit(BATCH)).all()


def _seal(batch: Sequence[Row[Any]], *, after: AuditSeal | None, at: datetime) -> AuditSeal:
    number = after.number + 1 if after else 1
    members = [{"entry_id": row.id, "seal_number": number, "digest": entry_digest(row._mapping)} for row in batch]
    made = AuditSeal(
        number=number,
        first_entry_id=batch[0].id,
        last_entry_id=batch[-1].id,
        entries=len(batch),
        entries_digest=hashlib.sha256(b"".join(member["digest"] for member in members)).digest(),
        at=at,
    )
    made.digest = seal_digest(made, previous=after.digest if after else START)
    db.session.add(made)
    db.session.execute(insert(AuditSealEntry), members)
    db.session.flush()
    db.session().info.setdefault("seals", []).append(anchor_line(made))
    return made


def entry_digest(row: Mapping[Any, Any]) -> bytes:
    """SHA-256 over all columns that hold something, so that a column added later changes no earlier digest."""
    return hashlib.sha256(_canonical({name: value for name, value in row.items() if value is not None})).digest()


def seal_digest(made: AuditSeal | Row[Any], *, previous: bytes) -> bytes:
    """SHA-256 over the digest of the seal before and everything this one says."""
    said = {
        "number": made.number,
        "first": made.first_entry_id,
        "last": made.last_entry_id,
        "entries": made.entries,
        "digest": made.entries_digest.hex(),
        "at": made.at,
    }
    return hashlib.sha256(previous + _canonical(said)).digest()


def _canonical(said: Mapping[str, Any]) -> bytes:
    return json.dumps({str(name): _plain(value) for name, value in said.items()}, sort_keys=True).encode()


def _plain(value: Json | datetime | UUID) -> Json:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def anchor_line(made: AuditSeal) -> str:
    """The line that names a seal outside the database."""
    return f"audit_seal number={made.number} entries={made.entries} hash={made.digest.hex()}"


def forget_due(now: datetime) -> int:
    """Deletes whole batches older than 24 months by the database's clock, not by `now`; returns how many entries."""
    call = text("SELECT up_to, entries FROM audit_forget(:most)").bindparams(bindparam("most", MAX_FORGOTTEN_SEALS))
    up_to, entries = db.session.execute(call).one()
    if up_to is not None:
        record(LogForgotten(reason=str(up_to)))
    return int(entries)


@event.listens_for(db.session, "after_commit")
def _log_anchors(session: Session) -> None:
    """Writes the seals of this transaction to the log once they are stored: the anchor outside the database."""
    for line in session.info.pop("seals", ()):
        log.info(line)


@event.listens_for(db.session, "after_rollback")
def _drop_anchors(session: Session) -> None:
    session.info.pop("seals", None)
