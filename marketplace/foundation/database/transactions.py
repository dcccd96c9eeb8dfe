"""Locks rows, and opens transactions beside the request's.

Several rows are locked in one order, so that two who need the same never deadlock; a batch only of those nobody holds.
Beside the request's transaction stands what must not wait for it nor be undone with it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app
from sqlalchemy import Connection, Engine, Select, create_engine, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from marketplace.extensions import db
from marketplace.foundation.database import engines, timeouts
from marketplace.foundation.database import statements as measured
from marketplace.foundation.database.columns import Base
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, set_local_role

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


@contextmanager
def statements() -> Iterator[Connection]:
    """A connection beside the view's, under the worker's role: what it does stands, whatever becomes of the request.

    Each statement is a transaction of its own; through a pooler the block is one.
    """
    if engines.behind_pooler(current_app):
        with db.engine.begin() as connection:
            set_local_role(connection, RoleScope(DatabaseRole.WORKER))
            yield connection
    else:
        with autocommit_engine().connect() as connection:
            yield connection


def autocommit_engine() -> Engine:
    """The engine on which each statement is a transaction of its own, under the worker's role."""
    kept: dict[str, Any] = current_app.extensions
    if "autocommit_engine" not in kept:
        given = dict(current_app.config["SQLALCHEMY_ENGINE_OPTIONS"])
        arguments = {**given.pop("connect_args"), "options": f"-c role={DatabaseRole.WORKER}"}
        given |= {"pool_size": 4, "max_overflow": 4, "isolation_level": "AUTOCOMMIT"}
        made = create_engine(str(current_app.config["SQLALCHEMY_DATABASE_URI"]), connect_args=arguments, **given)
        timeouts.limit_engine(made, app=current_app, always=timeouts.WEB)
        measured.measure(made, slow_after=measured.slow_after(current_app))
        engines.try_idle_connections(made)
        kept["autocommit_engine"] = made
    found: Engine = kept["autocommit_engine"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """A session beside the view's, under the worker's role; committed at the end of the block."""
    with Session(db.engine, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        set_local_role(session.connection(), RoleScope(DatabaseRole.WORKER))
        yield session
        session.commit()


def adopt(thing: Row) -> Row:
    """Brings a row that was read beside the request, with what was loaded of it, into its session and returns it.

    What the session has already stays as it is, and is returned in the place of the other.
    """
    state = inspect(thing)
    there = db.session.identity_map.get(identity_key(instance=thing))
    if there is not None:
        return there
    for relation in state.mapper.relationships:
        value = state.dict.get(relation.key)
        if value:
            mine = [adopt(each) for each in value] if relation.uselist else adopt(value)
            set_committed_value(thing, relation.key, mine)
    db.session.add(thing)
    return thing
