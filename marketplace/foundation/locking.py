"""Several rows of one kind locked in one order, so that two who need the same rows never wait for each other."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.columns import Base

Row = TypeVar("Row", bound=Base)


def lock_rows(kind: type[Row], ids: Iterable[UUID], *, shared: bool = False) -> list[Row]:
    """The rows by id, read anew and held until the end of the transaction; with `shared` other readers hold them too.

    Between kinds the order is clinic, request, quote, lead: whoever will write a clinic's row, if only to count, locks
    it before the request.
    """
    key = kind.__table__.c.id
    query = select(kind).where(key.in_(sorted(set(ids)))).order_by(key)
    query = query.with_for_update(read=True) if shared else query.with_for_update(key_share=True)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
