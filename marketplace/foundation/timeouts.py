"""The database ends what takes too long: soon where a person waits, later in the worker.

The keeper's commands and the migrations take the time they need.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask, has_request_context
from sqlalchemy import event

from marketplace.extensions import db

WEB = {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"}
WORKER = {"statement_timeout": "60s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "60s"}


def as_options(timeouts: Mapping[str, str]) -> str:
    """For a connection's `options`: they hold from its first statement on."""
    return " ".join(f"-c {name}={value}" for name, value in timeouts.items())


def install(app: Flask) -> None:
    """Connections made for a request are the web's, whatever server runs the app."""
    with app.app_context():
        for engine in db.engines.values():
            _add_options(app, engine)


def limit_to(app: Flask, timeouts: Mapping[str, str]) -> None:
    """Every other connection this process makes from now on."""
    app.config["DATABASE_TIMEOUTS"] = dict(timeouts)


def _add_options(app: Flask, engine: Any) -> None:
    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _given: object, parameters: dict[str, Any]) -> None:
        timeouts = WEB if has_request_context() else app.config.get("DATABASE_TIMEOUTS")
        if timeouts:
            parameters["options"] = f"{parameters.get('options', '')} {as_options(timeouts)}".strip()
