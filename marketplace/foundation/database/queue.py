"""The job queue: jobs are rows of the transaction that asks for them, their arguments are ids only."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, LiteralString
from uuid import UUID

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.tasks import Task
from psycopg.rows import TupleRow
from sqlalchemy import Select, Text, Update, bindparam, cast, column, delete, select, table, text
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.database.columns import Json
from marketplace.foundation.database.roles import apply_role, as_system

# Only ever used with a connection handed in: it opens no pool, in the web process or in a worker's task.
queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


# A job that lost its database was rolled back and is due again: without this it would end as failed and its work wait
# for the sweepers. Seconds; twenty attempts are some four minutes of outage. A transaction ended for idling, as a
# worker's that was stopped, is an InternalError.
AFTER_OUTAGE = procrastinate.RetryStrategy(
    max_attempts=20,
    wait=2,
    linear_wait=1,
    retry_exceptions=(OperationalError, InterfaceError, InternalError, ConnectorException),
)


ENDED = ("succeeded", "failed", "cancelled", "aborted")
# The queue's own tables, as far as we read them.
_jobs = table("procrastinate_jobs", column("id"), column("status"))
_events = table("procrastinate_events", column("id"), column("job_id"), column("at"))

DEPTH = text("SELECT queue_name, CAST(status AS text), count(*) FROM procrastinate_jobs GROUP BY 1, 2")
CONNECTIONS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = session_user"
)

_FINISH = delete(_jobs).where(_jobs.c.id == bindparam("finished_job"), cast(_jobs.c.status, Text) == "todo")
_RESERVE = text("""
    WITH next AS (
        SELECT id, row_number() OVER () AS place FROM (
            SELECT id FROM procrastinate_jobs
            WHERE status = 'todo' AND task_name = :task AND queue_name = :queue AND scheduled_at IS NULL
            ORDER BY priority DESC, id LIMIT :most FOR UPDATE SKIP LOCKED
        ) AS waiting
    )
    UPDATE procrastinate_jobs AS job SET scheduled_at = :until FROM next WHERE job.id = next.id
    RETURNING next.place, job.id, job.args
""")
_OLDEST_DUE = text("""
    SELECT least(
        (SELECT min(scheduled_at) FROM procrastinate_jobs WHERE status = 'todo'),
        (SELECT min(at) FROM procrastinate_events WHERE job_id =
            (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL))
    )
""")


AnyConnection = psycopg.Connection[TupleRow] | psycopg.AsyncConnection[TupleRow]
Argument = Json | datetime


class WorkerConnector(procrastinate.PsycopgConnector):
    """The worker's own pool; a job that defers with its session's plain connection is served by the plain code."""

    _plain = procrastinate.SyncPsycopgConnector()

    def execute_query_all_with_connection(
        self, connection: AnyConnection, query: LiteralString, **arguments: Argument
    ) -> list[dict[str, Any]]:
        """Runs a query; inside a worker the stock connector would hand a plain connection to its asynchronous code."""
        if isinstance(connection, psycopg.Connection):
            return self._plain.execute_query_all_with_connection(connection, query, **arguments)
        return super().execute_query_all_with_connection(connection, query, **arguments)

    def execute_query_one_with_connection(
        self, connection: AnyConnection, query: LiteralString, **arguments: Argument
    ) -> dict[str, Any]:
        """The same for one row."""
        if isinstance(connection, psycopg.Connection):
            return self._plain.execute_query_one_with_connection(connection, query, **arguments)
        return super().execute_query_one_with_connection(connection, query, **arguments)


def defer(
    task: Task[Any, Any, Any],
    *,
    schedule_at: datetime | None = None,
    queueing_lock: str | None = None,
    queue: str | None = None,
    priority: int | None = None,
    **ids: str,
) -> bool:
    """Puts a job into the session's own transaction; False when a job with the same lock already waits.

    Without a queue or a priority it has its task's.
    """
    options: dict[str, Any] = {
        "schedule_at": schedule_at,
        "queueing_lock": queueing_lock,
        "queue": queue,
        "priority": priority,
    }
    options = {name: value for name, value in options.items() if value is not None}
    try:
        # The savepoint keeps a refused lock from taking the whole transaction along.
        with db.session.begin_nested() if queueing_lock is not None else nullcontext():
            connection = db.session.connection()
            apply_role(connection)
            raw = connection.connection.driver_connection
            task.configure(connection=raw, **options).defer(**ids)
    except AlreadyEnqueued:
        return False
    return True


def defer_first(task: Task[Any, Any, Any], *, queueing_lock: str, queue: str, priority: int, **ids: str) -> None:
    """Puts a job into the session's own transaction that is about something new: none can have its lock yet."""
    job = {"queue_name": queue, "task_name": task.name, "priority": priority, "queueing_lock": queueing_lock}
    gathering.add_job({**job, "args": ids})


def reserve(task: Task[Any, Any, Any], *, queue: str, most: int, until: datetime) -> dict[int, dict[str, str]]:
    """Keeps waiting jobs of a queue from every worker until that moment; returns their arguments by job, next first.

    Then they are due again, whatever became of whoever reserved them. What waits for a time of its own is left alone.
    """
    given = {"task": task.name, "queue": queue, "most": most, "until": until}
    found = db.session.execute(_RESERVE, given).all()
    return {job: arguments for _place, job, arguments in sorted(found, key=itemgetter(0))}


def finish_with(statement: Update) -> Update:
    """Lets a statement also delete a reserved job, its parameter `finished_job`.

    One that a worker has taken up since ends by itself.
    """
    return statement.add_cte(_FINISH.cte("finished"))


def finish_reserved(job: int) -> None:
    """Deletes a reserved job."""
    db.session.execute(_FINISH, {"finished_job": job})


def move_reserved(job: int, *, queue: str, at: datetime) -> None:
    """Gives a reserved job another queue and time; one that a worker has taken up since is left alone."""
    moved = "UPDATE procrastinate_jobs SET queue_name = :queue, scheduled_at = :at WHERE id = :job AND status = 'todo'"
    db.session.execute(text(moved), {"job": job, "queue": queue, "at": at})


def release(jobs: Sequence[int], *, until: datetime) -> None:
    """Makes jobs that were reserved until that moment due at once."""
    released = (
        "UPDATE procrastinate_jobs SET scheduled_at = NULL"
        " WHERE id = ANY(:jobs) AND status = 'todo' AND scheduled_at = :until"
    )
    db.session.execute(text(released), {"jobs": list(jobs), "until": until})


def ended_before(before: datetime) -> Select[int]:
    """Selects the jobs that ended, well or badly, before this moment."""
    later = select(_events.c.id).where(_events.c.job_id == _jobs.c.id, _events.c.at >= before)
    ended = cast(_jobs.c.status, Text).in_(ENDED)
    return select(_jobs.c.id).where(ended, ~later.exists())


def delete_jobs(jobs: Sequence[int]) -> None:
    """Deletes these jobs and their events."""
    db.session.execute(delete(_jobs).where(_jobs.c.id.in_(jobs)))


def delete_jobs_about(things: Iterable[UUID]) -> None:
    """Deletes every job that names one of these ids; one that is being done ends by itself."""
    db.session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE status <> 'doing' AND EXISTS"
            " (SELECT FROM jsonb_each_text(args) AS argument WHERE argument.value = ANY(:things))"
        ),
        {"things": [str(thing) for thing in things]},
    )


def job_counts() -> dict[tuple[str, str], int]:
    """How many jobs there are by queue and status."""
    return {(queue, status): count for queue, status, count in db.session.execute(DEPTH)}


def connection_count() -> int:
    """How many connections the app's login has, in all processes."""
    return db.session.scalar(CONNECTIONS) or 0


def queue_age() -> timedelta:
    """How long the oldest job that is due has waited for a worker; zero where none waits."""
    with as_system():
        oldest = db.session.scalar(_OLDEST_DUE)
    return max(clock.now() - oldest, timedelta()) if oldest else timedelta()
