"""What is sent to the database: every statement of every connection, as the client library saw it leave."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from marketplace.extensions import db
from marketplace.foundation.database.transactions import autocommit_engine

# A message from this side: its moment, its kind, what it holds (over several lines where the statement has them).
_MESSAGE = re.compile(r"^(\d{4}-\S+ \S+)\tF\t\d+\t(\w+)((?:.|\n(?!\d{4}-\d\d-\d\d ))*)", re.MULTILINE)


@contextmanager
def statements_sent(app: Flask) -> Iterator[list[str]]:
    """Every statement the app sends inside the block, BEGIN and COMMIT and looks whether a connection lives included.

    For an app on a database of its own: its connections are closed before, so that each begins to be watched at once.
    """
    close_connections(app)
    found: list[str] = []
    watched: list[tuple[Any, Any]] = []
    with TemporaryDirectory() as folder:

        def watch(connection: Any, _record: object) -> None:
            file = (Path(folder) / str(len(watched))).open("w")
            watched.append((connection, file))
            connection.pgconn.trace(file.fileno())

        event.listen(Pool, "connect", watch)
        try:
            _open_connections(app)
            began = str(datetime.now())  # noqa: DTZ005 # as the trace writes it
            yield found
        finally:
            event.remove(Pool, "connect", watch)
            close_connections(app)
            for _connection, file in watched:
                file.close()
            messages = [sent for path in Path(folder).iterdir() for sent in _sent(path.read_text())]
            found += [statement for moment, statement in sorted(messages) if moment > began]


def close_connections(app: Flask) -> None:
    """Closes every connection of the app that nobody uses."""
    with app.app_context():
        for engine in {*db.engines.values(), app.extensions.get("autocommit_engine")}:
            if isinstance(engine, Engine):
                engine.dispose()


def _open_connections(app: Flask) -> None:
    """One of each engine: what a connection asks for itself when it is made is no statement of the app's."""
    with app.app_context():
        for engine in [*db.engines.values(), autocommit_engine()]:
            engine.connect().close()


def _sent(trace: str) -> Iterator[tuple[str, str]]:
    named: dict[str, str] = {}
    current = ""
    for moment, kind, rest in _MESSAGE.findall(trace):
        if kind == "Query":
            yield moment, rest.strip().strip('"')
        elif kind == "Parse":
            name, _quote, statement = rest.strip().removeprefix('"').partition('" "')
            named[name] = statement.rpartition('"')[0]
        elif kind == "Bind":
            current = named.get(re.findall(r'"([^"]*)"', rest)[1], "?")
        elif kind == "Execute":
            yield moment, " ".join(current.split())


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """The statements that SQLAlchemy sends through one engine inside the block, without BEGIN and COMMIT."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
