"""Counts which statements would cross nodes, were the tables spread by one key: `python -m tests.distribution`.

Runs the three journeys, the public pages and the timers on a database of its own, and reads every statement that they
send. What docs/scale.md says of distribution is this table.
"""

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from flask_migrate import upgrade
from sqlalchemy import Engine, event

from marketplace import worker
from marketplace.catalogue import content_loader
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import engines
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from tests.conftest import app_on
from tests.story import Story

PUBLIC_PAGES = (
    "/",
    "/clinics",
    "/clinics?country=tr&procedure=facial",
    "/clinics?q=lale",
    "/clinic/clinic-lale",
    "/clinic/clinic-lale/checks",
    "/treatments/mesotherapy/cost",
    "/treatments/mesotherapy",
    "/sitemap.xml",
)


class Key(NamedTuple):
    """A way to spread the tables: those it spreads, and what in a statement names the one node it is about."""

    spread: frozenset[str]
    names: re.Pattern[str]


# A row of these belongs to one request, or to one clinic. The others are small, and would be whole on each node
# (catalogue, clinics and their summaries by request), or stay on one (accounts, sessions, limits, the queue).
OF_REQUEST = frozenset(
    {"quote_request", "draft_clinic", "consent", "deletion_duty", "photo", "access_record", "lead", "message", "quote"}
    | {"routing_decision", "routing_count", "email", "audit_entry"}
)
OF_CLINIC = frozenset(
    {"clinic", "clinic_price", "clinic_person", "clinic_check", "clinic_load", "clinic_card", "clinic_offer"}
    | {"listing_decision", "membership", "invitation", "lead", "message", "quote", "consent", "deletion_duty"}
    | {"routing_decision"}
)


def compared(columns: str) -> re.Pattern[str]:
    """Matches where one of these columns is compared with a value that is handed in."""
    return re.compile(rf"\b(?:{columns}) (?:= |IN \()%\(|%\(\w+\)s(?:::\w+)? = \b(?:\w+\.)?(?:{columns})\b")


KEYS = {
    "request": Key(OF_REQUEST, compared(r"request_id|quote_request(?:_\d+)?\.id")),
    "clinic": Key(OF_CLINIC, compared(r"clinic_id|clinic(?:_\d+)?\.id")),
}
INSERTED = re.compile(r"^INSERT INTO (\w+) \(([^)]*)\)")
NAMED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|ONLY) (\w+)|, (\w+)(?= AS |,| ?\n?WHERE)")
OWN_ID = compared(r"\w+\.id|lead_id|quote_id")


class Reach(StrEnum):
    """How many nodes answer a statement."""

    NONE = "touches nothing that is spread"
    ONE = "one node"
    BY_ID = "all nodes, for a row by its own id"
    ALL = "all nodes"


def reach(statement: str, key: Key, *, name: str) -> Reach:
    """Returns how far a statement goes when tables are spread by this key."""
    tables = {table for pair in NAMED.findall(statement) for table in pair} & key.spread
    if not tables:
        return Reach.NONE
    inserted = INSERTED.match(statement)
    if inserted and (f"{name}_id" in inserted[2] or inserted[1] in {"clinic", "quote_request"}):
        return Reach.ONE
    if key.names.search(statement):
        return Reach.ONE
    return Reach.BY_ID if OWN_ID.search(statement) else Reach.ALL


@contextmanager
def noted(into: list[str]) -> Iterator[None]:
    """Every statement of any engine."""

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        into.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def collect(folder: Path) -> dict[str, list[str]]:
    """Returns the statements of each part of the site."""
    server = EmbeddedPostgres(folder, fast=True).start()
    try:
        server.create_database("distribution")
        app = app_on(server, "distribution")
        with app.app_context():
            upgrade()
            content_loader.load()
            db.session.commit()
        story = Story(app)
        with app.app_context():
            worker.run_timers(clock.now())
        found = {part: _during(steps) for part, steps in _parts(story)}
        with app.app_context():
            engines.dispose()
        return found
    finally:
        server.stop()


def _parts(story: Story) -> Iterator[tuple[str, Any]]:
    def read() -> None:
        for path in PUBLIC_PAGES:
            story.seen(story.patient.get(path), 200)

    def wait() -> None:
        with story.app.app_context():
            worker.run_timers(clock.now())

    yield "public pages", read
    yield "patient asks", story.ask
    yield "clinic answers", story.answer
    yield "quote goes out", story.release
    yield "patient chooses", story.choose
    yield "timers, once", wait


def _during(steps: Any) -> list[str]:
    statements: list[str] = []
    with noted(statements):
        steps()
    return statements


def main() -> None:
    """Prints the tables; with --all also the statements that all nodes would answer."""
    with tempfile.TemporaryDirectory() as folder:
        parts = collect(Path(folder))
    for name, key in KEYS.items():
        print(f"\n| by {name} | statements | " + " | ".join(Reach) + " |")
        print("|---|---|" + "---|" * len(Reach))
        for part, statements in parts.items():
            counted = Counter(reach(statement, key, name=name) for statement in statements)
            print(f"| {part} | {len(statements)} | " + " | ".join(str(counted[each]) for each in Reach) + " |")
        for part, statements in parts.items() if "--all" in sys.argv else ():
            wide = Counter(each[:230] for each in statements if reach(each, key, name=name) == Reach.ALL)
            for statement, times in wide.most_common(12):
                print(f"  {part}, {times}x: {statement}")


if __name__ == "__main__":
    main()
