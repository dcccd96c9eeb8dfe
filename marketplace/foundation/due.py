"""What is due, a bounded batch at a time and locked: two workers never do the same one."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Select

from marketplace.extensions import db

Thing = TypeVar("Thing")
BATCH = 200


def each(query: Select[Thing], act: Callable[[Thing], None]) -> int:
    """Acts on every row that nobody else holds; how many there were."""
    (of,) = (column["entity"] for column in query.column_descriptions)
    rows = db.session.scalars(query.with_for_update(of=of, skip_locked=True).limit(BATCH)).all()
    for row in rows:
        act(row)
    return len(rows)
