"""The database ends what takes too long: soon where a person waits, later in the worker.

Where not even its refusal comes through, this side ends the connection a little later. The administrator's commands and
the migrations take the time they need.
"""

from typing import Any, NamedTuple

from flask import Flask, has_request_context
from sqlalchemy import Engine, event

from marketplace.extensions import db
from marketplace.foundation.database import deadline
from marketplace.foundation.database.deadline import CircuitBreaker, DeadlineConnection


class Timeouts(NamedTuple):
    """What the database is asked to keep, and how many seconds this side waits for any one answer."""

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
    """For a connection's `options`: they hold from its first statement on."""
    return " ".join(f"-c {name}={value}" for name, value in timeouts.settings.items())


def install(app: Flask) -> None:
    """Connections made for a request are the web's, whatever server runs the app."""
    with app.app_context():
        for engine in db.engines.values():
            bound(engine, app=app)


def limit_to(app: Flask, timeouts: Timeouts) -> None:
    """Every other connection this process makes from now on."""
    app.config["DATABASE_TIMEOUTS"] = timeouts


def bound(engine: Engine, *, app: Flask, always: Timeouts | None = None) -> None:
    """Its connections keep `always`, or whatever whoever asks for one has."""
    breaker = CircuitBreaker()
    deadline.watch_pool(engine)

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, given: tuple[str, ...], parameters: dict[str, Any]
    ) -> DeadlineConnection | None:
        timeouts = always or (WEB if has_request_context() else app.config.get("DATABASE_TIMEOUTS"))
        if timeouts is None:
            return None
        parameters["options"] = f"{parameters.get('options', '')} {as_options(timeouts)}".strip()
        return deadline.connect("".join(given), parameters, answer_within=timeouts.answer_within, breaker=breaker)
