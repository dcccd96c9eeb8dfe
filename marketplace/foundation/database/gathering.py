"""Gathers what a request adds without reading it again (events, emails, jobs), and writes all of it by one statement.

A view begins it; `@writes` writes before its commit. Where nothing was begun (jobs, commands, most views) each is
written at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base
from marketplace.foundation.database.roles import DatabaseRole, as_system, current_role
from marketplace.foundation.database.row_sets import as_json, as_text, insert_from_json, update_from_json

Row = TypeVar("Row", bound=Base)
_KEY = "gathered"  # in session.info
# The queue's own function, called once for all jobs.
_QUEUE = (
    "SELECT procrastinate_defer_jobs_v1(array_agg(job)) FROM json_populate_recordset("
    "CAST(NULL AS procrastinate_job_to_defer_v1), CAST(:jobs AS json)) AS job HAVING count(*) > 0"
)


@dataclass
class _Gathered:
    """Rows to add, jobs as the queue's function takes them, and statements with the values of their parameters."""

    rows: list[Base] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    statements: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def begin() -> None:
    """Gathers from here on, until the request's commit or rollback. What is gathered is in no query meanwhile."""
    db.session().info[_KEY] = _Gathered()


@contextmanager
def together() -> Iterator[None]:
    """Writes what the block adds by one statement at its end, or at the request's where that is gathered already."""
    if is_on():
        yield
        return
    begin()
    try:
        yield
        write()
    finally:
        drop()


def is_on() -> bool:
    """Whether what is added is gathered."""
    return _KEY in db.session().info


def add(*rows: Base) -> None:
    """Adds rows: at the end, or at once where nothing is gathered."""
    gathered = _current()
    if gathered is None:
        db.session.add_all(rows)
        db.session.flush()
    else:
        gathered.rows += rows


def add_job(job: dict[str, Any]) -> None:
    """Adds a job whose queueing lock nobody can have yet, by the names of `procrastinate_job_to_defer_v1`."""
    gathered = _current()
    if gathered is None:
        db.session.execute(text(_QUEUE), {"jobs": as_text([job])})
    else:
        gathered.jobs.append(job)


def execute(statements: dict[str, str], **values: Any) -> None:
    """Executes statements that change rows, as one: at the end, or at once where nothing is gathered.

    They are known by name, under which a later one may select from an earlier one. Names and parameters are their own:
    nothing else that may be gathered has them.
    """
    gathered = _current()
    if gathered is None:
        db.session.execute(text(_together(statements, then="SELECT 1")), values)
    else:
        gathered.statements |= statements
        gathered.values |= values


def change(thing: Base, **values: Any) -> None:
    """Sets columns of a stored row: with all else at the end, or with the next flush where nothing is gathered."""
    gathered = _current()
    for name, value in values.items():
        if gathered is None:
            setattr(thing, name, value)
        else:
            set_committed_value(thing, name, value)
    if gathered is not None:
        name = f"changed_{thing.__tablename__}"
        gathered.statements[name] = update_from_json(type(thing), values, parameter=name)
        gathered.values[name] = as_text([{"id": vars(thing)["id"], **values}])


def rows_of(kind: type[Row]) -> list[Row]:
    """The gathered rows of one kind, which no query finds yet."""
    gathered = _current()
    return [row for row in gathered.rows if isinstance(row, kind)] if gathered is not None else []


def write() -> None:
    """Writes what was gathered by one statement, under the worker's role where it takes that, and gathers no longer."""
    gathered: _Gathered | None = db.session().info.pop(_KEY, None)
    if gathered is None or not (gathered.rows or gathered.jobs or gathered.statements):
        return
    statements, values = dict(gathered.statements), dict(gathered.values)
    for kind in dict.fromkeys(type(row) for row in gathered.rows):
        name = f"added_{kind.__tablename__}"
        statements[name] = insert_from_json(kind, parameter=name)
        values[name] = as_json(kind, [vars(row) for row in gathered.rows if type(row) is kind])
    with nullcontext() if _are_its_own(gathered.rows) else as_system():
        db.session.execute(text(_together(statements, then=_QUEUE)), {**values, "jobs": as_text(gathered.jobs)})


def _are_its_own(rows: list[Base]) -> bool:
    """Whether the holder of one request, whose role may add them, adds nothing but rows about that request."""
    scope = current_role()
    if scope is None or scope.role != DatabaseRole.PATIENT:
        return False
    return all(vars(row).get("request_id") == scope.request_id for row in rows)


def _together(statements: dict[str, str], *, then: str) -> str:
    named = ", ".join(f"{name} AS ({statement})" for name, statement in statements.items())
    return f"WITH {named} {then}" if named else then


def drop() -> None:
    """Forgets what was gathered: the request is rolled back."""
    db.session().info.pop(_KEY, None)


def _current() -> _Gathered | None:
    found: _Gathered | None = db.session().info.get(_KEY)
    return found
