"""Rotates master keys: data keys that an older one wraps are wrapped anew; what the data keys seal stays as it is."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, func, select, update

from marketplace.extensions import db, metadata
from marketplace.foundation.security.sealed import FIRST_VERSION, KEY_ID, CannotOpen, KeyMissing, keyring

BATCH = 200


@dataclass(frozen=True)
class Use:
    """How many data keys of which tables one master key wraps."""

    key: str
    place: str  # newest, older, unnamed (the first version), missing from FIELD_KEYS
    rows: Counter[str]

    @property
    def total(self) -> int:
        """The number over all tables."""
        return self.rows.total()


def usage() -> list[Use]:
    """The use of every master key: those of FIELD_KEYS, newest first, then any other that still wraps something."""
    found: dict[bytes, Counter[str]] = {key: Counter() for key in keyring.ids}
    for table in _tables():
        start = func.substring(table.c.data_key, 1, 1 + KEY_ID)
        counted = select(start, func.count()).where(table.c.data_key.is_not(None)).group_by(start)
        for prefix, rows in db.session.execute(counted):
            key = FIRST_VERSION if prefix[:1] == FIRST_VERSION else bytes(prefix[1:])
            found.setdefault(key, Counter())[table.name] += rows
    return [Use(_shown(key), _place(key), rows) for key, rows in found.items()]


def count_old(uses: list[Use]) -> int:
    """How many data keys the newest master key does not wrap."""
    return sum(use.total for use in uses if use.place != "newest")


def rewrap_batches() -> Iterator[int]:
    """Wraps old data keys anew; yields the number of each batch, which must be committed before the next.

    Rows that another transaction has locked wait for another run.
    """
    for table in _tables():
        last = None
        while rows := _next(table, after=last):
            yield sum(_rewrap(table, owner, wrapped) for owner, wrapped in rows)
            last = rows[-1][0]


def _tables() -> list[Table]:
    """The tables with data keys; a row's own key names the owner."""
    return [table for table in metadata.sorted_tables if "data_key" in table.c]


def _next(table: Table, *, after: UUID | None) -> list[Row[UUID, bytes]]:
    query = select(_owner(table), table.c.data_key).where(_is_old(table))
    if after is not None:
        query = query.where(_owner(table) > after)
    query = query.order_by(_owner(table)).limit(BATCH).with_for_update(skip_locked=True, key_share=True)
    return list(db.session.execute(query))


def _rewrap(table: Table, owner: UUID, wrapped: bytes) -> int:
    try:
        anew = keyring.wrap(keyring.unwrap(wrapped, owner=owner), owner=owner)
    except (CannotOpen, KeyMissing):
        return 0
    db.session.execute(update(table).where(_owner(table) == owner).values(data_key=anew))
    return 1


def _owner(table: Table) -> ColumnElement[Any]:
    (column,) = table.primary_key.columns
    return column


def _is_old(table: Table) -> ColumnElement[bool]:
    return func.substring(table.c.data_key, 1, 1 + KEY_ID) != keyring.newest


def _shown(key: bytes) -> str:
    return "no id" if key == FIRST_VERSION else key.hex()


def _place(key: bytes) -> str:
    if key == FIRST_VERSION:
        return "unnamed"
    if key not in keyring.ids:
        return "missing"
    return "newest" if key == keyring.ids[0] else "older"
