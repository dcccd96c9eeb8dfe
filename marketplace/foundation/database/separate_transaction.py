"""Connections beside the request's own, for what must neither wait for its transaction nor be undone with it."""

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
    """Each statement is a transaction of its own, done by the system."""
    kept: dict[str, Any] = current_app.extensions
    if "autocommit_engine" not in kept:
        given = dict(current_app.config["SQLALCHEMY_ENGINE_OPTIONS"])
        arguments = {**given.pop("connect_args"), "options": f"-c role={DatabaseRole.WORKER}"}
        given |= {"pool_size": 2, "max_overflow": 4, "isolation_level": "AUTOCOMMIT"}
        made = create_engine(str(current_app.config["SQLALCHEMY_DATABASE_URI"]), connect_args=arguments, **given)
        timeouts.bound(made, app=current_app, always=timeouts.WEB)
        kept["autocommit_engine"] = made
    found: Engine = kept["autocommit_engine"]
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """Short, done by the system, and beside the view's: what the view takes back does not take it along."""
    with Session(db.engine, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        set_local_role(session.connection(), RoleScope(DatabaseRole.WORKER))
        yield session
        session.commit()
