"""Locks rows: several in one order, so that two who need the same never deadlock, or a batch of those nobody holds."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base

Row = TypeVar("Row", bound=Base)

Thing = TypeVar("Thing")
BATCH = 200


def lock_rows(kind: type[Row], ids: Iterable[UUID], *, shared: bool = False) -> list[Row]:
    """Locks the rows in the order of their ids and returns them, read anew; with `shared` other readers lock them too.

    The lock ends with the transaction. Between kinds the order is clinic, request, quote, lead: whoever will write a
    clinic's row, if only to count, locks it before the request.
    """
    key = kind.__table__.c.id
    query = select(kind).where(key.in_(sorted(set(ids)))).order_by(key)
    query = query.with_for_update(read=True) if shared else query.with_for_update(key_share=True)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def for_each_locked(query: Select[Thing], act: Callable[[Thing], None]) -> int:
    """Locks and acts on up to BATCH rows that no other transaction has locked; returns how many there were."""
    (of,) = (column["entity"] for column in query.column_descriptions)
    rows = db.session.scalars(query.with_for_update(of=of, skip_locked=True).limit(BATCH)).all()
    for row in rows:
        act(row)
    return len(rows)
