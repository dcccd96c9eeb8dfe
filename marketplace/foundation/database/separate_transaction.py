"""Separate transactions: connections beside the request's, for what must not wait for it nor be undone with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from marketplace.extensions import db
from marketplace.foundation.database import timeouts
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, set_local_role


def autocommit_engine() -> Engine:
    """The engine on which each statement is a transaction of its own, under the worker's role."""
    kept: dict[str, Any] = current_app.extensions
    if "autocommit_engine" not in kept:
        given = dict(current_app.config["SQLALCHEMY_ENGINE_OPTIONS"])
        arguments = {**given.pop("connect_args"), "options": f"-c role={DatabaseRole.WORKER}"}
        given |= {"pool_size": 2, "max_overflow": 4, "isolation_level": "AUTOCOMMIT"}
        made = create_engine(str(current_app.config["SQLALCHEMY_DATABASE_URI"]), connect_args=arguments, **given)
        timeouts.limit_engine(made, app=current_app, always=timeouts.WEB)
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
