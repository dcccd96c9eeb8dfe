"""Measures statements: how many and how long by the page they are for, those that are slow in the log, and waits for a
connection of the pool.

The log has a statement's text as it is sent, with placeholders: what people typed is sent beside it and never written.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, has_app_context, has_request_context, request
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExceptionContext, ExecutionContext
from sqlalchemy.pool import QueuePool
from sqlalchemy.util.queue import Queue

from marketplace.extensions import db
from marketplace.foundation import metrics

log = logging.getLogger(__name__)

MAX_TEXT = 2000  # characters of a statement in the log
_BEGAN = "statement_began"  # in a connection's info


@dataclass(slots=True)
class TimeSpent:
    """What the statements of one request or job took."""

    statements: int = 0
    seconds: float = 0.0


def time_spent() -> TimeSpent:
    """Returns what was spent so far in this request or job."""
    if "time_spent" not in g:
        g.time_spent = TimeSpent()
    spent: TimeSpent = g.time_spent
    return spent


def rule_here() -> str | None:
    """Returns the rule of the page that is asked for; None outside of a request, and where no page has the path."""
    return request.url_rule.rule if has_request_context() and request.url_rule else None


class WaitingQueue(Queue[Any]):
    """A pool's queue that measures how long somebody waits where every connection is in use."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Returns a connection of the pool. Raises Empty."""
        if not block or not self.empty():
            return super().get(block, timeout)
        with metrics.POOL_WAITS.time():
            return super().get(block, timeout)


class MeasuredPool(QueuePool):
    """The usual pool; it measures waits."""

    _queue_class = WaitingQueue


def measure(engine: Engine, *, slow_after: float) -> None:
    """Measures each statement of the engine; those of `slow_after` seconds and more are logged."""

    @event.listens_for(engine, "before_cursor_execute")
    def begin(connection: Connection, *_about: Any) -> None:
        connection.info[_BEGAN] = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def end(
        connection: Connection,
        _cursor: DBAPICursor,
        statement: str,
        _parameters: Any,
        _context: ExecutionContext | None,
        _many: bool,
    ) -> None:
        _count(connection, statement, slow_after=slow_after)

    @event.listens_for(engine, "handle_error")
    def fail(context: ExceptionContext) -> None:
        connection = context.connection
        # One that was given up while its role was set knows nothing of the statement any more.
        if connection is not None and context.statement is not None and not connection.invalidated:
            _count(connection, context.statement, slow_after=slow_after)


def _count(connection: Connection, statement: str, *, slow_after: float) -> None:
    began = connection.info.pop(_BEGAN, None)
    if began is None:
        return
    seconds = time.perf_counter() - began
    if has_app_context():
        spent = time_spent()
        spent.statements += 1
        spent.seconds += seconds
    if seconds >= slow_after:
        _log_slow(statement, seconds)


def _log_slow(statement: str, seconds: float) -> None:
    rule = rule_here()
    metrics.SLOW_STATEMENTS.labels(rule or metrics.NO_RULE).inc()
    fields = {"rule": rule, "ms": round(seconds * 1000, 1), "statement": " ".join(statement.split())[:MAX_TEXT]}
    log.warning("slow statement", extra={"fields": fields})


def install(app: Flask) -> None:
    """Measures the statements of the app's engines, whatever asks for them."""
    with app.app_context():
        for engine in set(db.engines.values()):
            measure(engine, slow_after=slow_after(app))


def slow_after(app: Flask) -> float:
    """Returns from how many seconds on a statement is slow."""
    return float(app.config["SLOW_STATEMENT_MS"]) / 1000
