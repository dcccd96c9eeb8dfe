"""Time-outs of the database: short where a person waits, longer in the worker.

Where not even its refusal comes through, this side ends the connection a little later. The administrator's commands and
the migrations take the time they need.
"""

from typing import Any, NamedTuple

from flask import Flask, has_request_context
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from marketplace.extensions import db
from marketplace.foundation.database import deadline
from marketplace.foundation.database.deadline import CircuitBreaker, DeadlineConnection


class Timeouts(NamedTuple):
    """Settings that the database keeps, and how many seconds this side waits for any one answer."""

    settings: dict[str, str]
    answer_within: float


WEB = Timeouts(
    {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"}, answer_within=6.0
)
WORKER = Timeouts(
    {"statement_timeout": "60s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "60s"},
    answer_within=65.0,
)


def as_options(timeouts: Timeouts) -> str:
    """The settings as a connection's `options`: they hold from its first statement on."""
    return " ".join(f"-c {name}={value}" for name, value in timeouts.settings.items())


def install(app: Flask) -> None:
    """Gives connections made for a request the web's time-outs, whatever server runs the app."""
    with app.app_context():
        for engine in db.engines.values():
            limit_engine(engine, app=app)


def limit_process(app: Flask, timeouts: Timeouts) -> None:
    """Sets the time-outs of every other connection this process makes from now on."""
    app.config["DATABASE_TIMEOUTS"] = timeouts


def limit_engine(engine: Engine, *, app: Flask, always: Timeouts | None = None) -> None:
    """Gives the engine's connections the time-outs `always`, or else those of whoever asks for one."""
    breaker = CircuitBreaker()
    deadline.watch_pool(engine)

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: Dialect, _record: ConnectionPoolEntry, given: tuple[str, ...], parameters: dict[str, Any]
    ) -> DeadlineConnection | None:
        timeouts = always or (WEB if has_request_context() else app.config.get("DATABASE_TIMEOUTS"))
        if timeouts is None:
            return None
        parameters["options"] = f"{parameters.get('options', '')} {as_options(timeouts)}".strip()
        return deadline.connect("".join(given), parameters, answer_within=timeouts.answer_within, breaker=breaker)
