"""Sees which statements the site sends to the database, and times one of them alone."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import Connection, ExecutionContext

from benchmarks.machine import CpuCounter
from marketplace.extensions import db


@dataclass(frozen=True)
class Statement:
    """One statement with its parameters, as psycopg got it, and how long it took."""

    text: str
    parameters: Any
    milliseconds: float


@dataclass
class Seen:
    """The statements of a block."""

    statements: list[Statement] = field(default_factory=list)

    def slowest(self, *, naming: str) -> Statement:
        """Returns the one that took longest of those that name a table."""
        return max((each for each in self.statements if naming in each.text), key=lambda each: each.milliseconds)


@contextmanager
def seen() -> Iterator[Seen]:
    """Notes what the block sends over the app's engine."""
    found, began = Seen(), [0.0]

    def before(*_arguments: object) -> None:
        began[0] = time.perf_counter()

    def after(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,
        _context: ExecutionContext,
        _many: bool,
    ) -> None:
        found.statements.append(Statement(statement, parameters, (time.perf_counter() - began[0]) * 1000))

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "after_cursor_execute", after)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", before)
        event.remove(db.engine, "after_cursor_execute", after)


def driver() -> psycopg.Connection[Any]:
    """Returns psycopg's connection below the session: in the same transaction, under the same role."""
    connection = db.session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


@dataclass(frozen=True)
class Timed:
    """Milliseconds of one statement: of CPU, here and in its backend together, and on the clock (the median)."""

    cpu: float
    clock: float


def time_alone(statement: Statement, *, times: int, connection: psycopg.Connection[Any]) -> Timed:
    """Times a statement, its rows fetched, by psycopg alone."""
    text, took = statement.text.encode(), []
    counter = CpuCounter((os.getpid(), connection.info.backend_pid))
    for _ in range(times):
        began = time.perf_counter()
        connection.execute(text, statement.parameters).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    return Timed(counter.milliseconds() / times, median(took))


NOTHING = Statement("SELECT 1", None, 0)
