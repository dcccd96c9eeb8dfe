"""Proves the audit log from its first seal to its last entry; the first thing that is wrong is named."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Row, Select, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.seals import (
    ENTRY,
    MAX_TRANSACTION,
    START,
    AuditSeal,
    AuditSealEntry,
    entry_digest,
    seal_digest,
)
from marketplace.foundation.database.columns import first_key, moment_of

MIN_RETENTION = timedelta(days=729)  # 24 months, short of one day for two clocks
BATCH_ROWS = 2000
ANCHOR = re.compile(r"audit_seal number=(\d+) entries=\d+ hash=([0-9a-f]{64})")
SEAL_ENTRY = AuditSealEntry.__table__


class Broken(Exception):
    """Something in the log was changed, removed or put in; the text names it."""


@dataclass
class Proof:
    """How much of the log was found to be whole."""

    seals: int = 0
    entries: int = 0
    forgotten: int = 0  # seals whose entries went after 24 months
    unsealed: int = 0

    def __str__(self) -> str:
        return (
            f"Nothing was changed, removed or put in: {self.seals} seals over {self.entries} entries,"
            f" {self.forgotten} seals whose entries went after 24 months, {self.unsealed} entries not sealed yet"
        )


def anchors_in(lines: Iterable[str]) -> dict[int, str]:
    """The seals that a log file names: number and hash, in hexadecimal."""
    found = (ANCHOR.search(line) for line in lines)
    return {int(match[1]): match[2] for match in found if match}


def verify(*, anchors: Mapping[int, str] | None = None, sample_may_be_older: bool = False) -> Proof:
    """Checks every seal and entry in one snapshot of the database.

    `anchors` are seals kept outside: they must agree. Entries made before a sample was loaded may carry any date where
    `sample_may_be_older`. Raises Broken.
    """
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return _Check(anchors or {}, _sample_loaded() if sample_may_be_older else None).run()


class _Check:
    """One walk along the chain of seals."""

    def __init__(self, anchors: Mapping[int, str], dated_freely_until: datetime | None) -> None:
        self.proof = Proof()
        self.anchors = anchors
        self.dated_freely_until = dated_freely_until
        self.beyond = first_key(clock.now() + MAX_TRANSACTION)
        self.forgotten = _forgotten(self.beyond)
        self.digest = START
        self.at: datetime | None = None
        self.floor: datetime | None = None  # an earlier seal took whatever was made before

    def run(self) -> Proof:
        """Checks seal by seal, each with its entries. Raises Broken."""
        groups = groupby(_rows(_members()), key=lambda row: row.seal_number)
        number, group = next(groups, (None, ()))
        for seal in _rows(select(AuditSeal.__table__).order_by(AuditSeal.number)):
            self._link(seal)
            if number is not None and number < seal.number:
                _broken(f"entries are in seal {number}, which is missing")
            if number == seal.number:
                self._contents(seal, group)
                number, group = next(groups, (None, ()))
            elif not self._may_be_empty(seal):
                _broken(f"the {seal.entries} entries of seal {seal.number} are gone")
        if number is not None:
            _broken(f"entries are in seal {number}, which is missing")
        self._end()
        return self.proof

    def _link(self, seal: Row[Any]) -> None:
        """Checks that no number is missing, each hash covers the one before, none is earlier, and anchors agree."""
        expected = self.proof.seals + 1
        if seal.number != expected:
            _broken(f"seal {expected} is missing")
        if seal.digest != seal_digest(seal, previous=self.digest) or (self.at is not None and seal.at < self.at):
            _broken(f"seal {seal.number} was changed")
        if self.anchors.get(seal.number, seal.digest.hex()) != seal.digest.hex():
            _broken(f"seal {seal.number} differs from the anchor")
        if self.at is not None and self.at < seal.at:
            self.floor = self.at - MAX_TRANSACTION
        self.proof.seals, self.digest, self.at = expected, seal.digest, seal.at

    def _contents(self, seal: Row[Any], rows: Iterable[Any]) -> None:
        digests = []
        for row in rows:
            if row.id is None:
                _broken(f"entry {row.entry_id} of seal {seal.number} is gone")
            digest = entry_digest({column.name: getattr(row, column.name) for column in ENTRY.c})
            if digest != row.digest:
                _broken(f"entry {row.id} of seal {seal.number} was changed")
            self._moment(row, f"was put into seal {seal.number} although an earlier one should have it")
            digests.append(digest)
        if len(digests) != seal.entries:
            _broken(f"seal {seal.number} holds {len(digests)} entries, it was made over {seal.entries}")
        if hashlib.sha256(b"".join(digests)).digest() != seal.entries_digest:
            _broken(f"seal {seal.number} holds other entries than it was made over")
        self.proof.entries += seal.entries

    def _may_be_empty(self, seal: Row[Any]) -> bool:
        """Whether the seal's entries went on the day the log says, and were old enough then."""
        up_to, moment = self.forgotten
        allowed = seal.number <= up_to and moment is not None and moment - seal.at >= MIN_RETENTION
        self.proof.forgotten += allowed
        return allowed

    def _moment(self, row: Row[Any], problem: str) -> None:
        """Checks that key and date of an entry come from one clock, and that no earlier seal should have had it."""
        if not _is_site_key(row.id, self.beyond):
            _broken(f"entry {row.id} was not made by the site")
        made = moment_of(row.id)
        free = self.dated_freely_until is not None and made <= self.dated_freely_until
        if self.floor is not None and (made < self.floor or (row.at < self.floor and not free)):
            _broken(f"entry {row.id} {problem}")

    def _end(self) -> None:
        """Checks that what is in no seal is younger than the last one, and that no anchor names a later one."""
        beyond = [number for number in self.anchors if number > self.proof.seals]
        if beyond:
            _broken(f"seal {min(beyond)} of the anchor is missing")
        if self.at is not None:
            self.floor = self.at - MAX_TRANSACTION
        for row in _rows(_in_no_seal()):
            self._moment(row, f"is in no seal although it is older than seal {self.proof.seals}")
            self.proof.unsealed += 1


def _broken(problem: str) -> NoReturn:
    raise Broken(problem)


def _rows(query: Select[Any]) -> Iterator[Any]:
    """The rows one batch after the other: a long log does not fit into memory."""
    return iter(db.session.connection().execute(query.execution_options(yield_per=BATCH_ROWS)))


def _members() -> Select[Any]:
    joined = SEAL_ENTRY.outerjoin(ENTRY, ENTRY.c.id == SEAL_ENTRY.c.entry_id)
    columns = select(SEAL_ENTRY.c.seal_number, SEAL_ENTRY.c.entry_id, SEAL_ENTRY.c.digest, *ENTRY.c).select_from(joined)
    return columns.order_by(SEAL_ENTRY.c.seal_number, SEAL_ENTRY.c.entry_id)


def _in_no_seal() -> Select[Any]:
    sealed = select(SEAL_ENTRY.c.entry_id).where(SEAL_ENTRY.c.entry_id == ENTRY.c.id)
    return select(ENTRY).where(~sealed.exists()).order_by(ENTRY.c.id)


def _is_site_key(key: UUID, beyond: UUID) -> bool:
    """Whether it is a key as the site makes them (UUID version 7), and not of the future."""
    return key.version == 7 and key < beyond


def _forgotten(beyond: UUID) -> tuple[int, datetime | None]:
    """The last seal whose entries may be missing, and when the log said so."""
    query = select(ENTRY.c.id, ENTRY.c.reason).where(ENTRY.c.name == "LogForgotten", ENTRY.c.reason.is_not(None))
    rows = [
        (key, reason) for key, reason in db.session.execute(query) if _is_site_key(key, beyond) and reason.isdigit()
    ]
    return max(((int(reason), moment_of(key)) for key, reason in rows), default=(0, None), key=lambda pair: pair[0])


def _sample_loaded() -> datetime | None:
    query = select(ENTRY.c.id).where(ENTRY.c.name == "CommandRun", ENTRY.c.reason == "sample load")
    key: UUID | None = db.session.scalar(query.order_by(ENTRY.c.id.desc()).limit(1))
    return moment_of(key) if key else None
