"""Jobs are rows of the transaction that asks for them; their arguments are ids only."""

from datetime import datetime
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.tasks import Task
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from marketplace.extensions import db

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


class WorkerConnector(procrastinate.PsycopgConnector):
    """The worker's own pool; a job that defers with its session's plain connection is served by the plain code."""

    _plain = procrastinate.SyncPsycopgConnector()

    def execute_query_all_with_connection(self, connection: Any, query: Any, **arguments: Any) -> Any:
        """Inside a worker the stock connector would hand a plain connection to its asynchronous code."""
        if isinstance(connection, psycopg.Connection):
            return self._plain.execute_query_all_with_connection(connection, query, **arguments)
        return super().execute_query_all_with_connection(connection, query, **arguments)

    def execute_query_one_with_connection(self, connection: Any, query: Any, **arguments: Any) -> Any:
        """The same for one row."""
        if isinstance(connection, psycopg.Connection):
            return self._plain.execute_query_one_with_connection(connection, query, **arguments)
        return super().execute_query_one_with_connection(connection, query, **arguments)


def defer(
    task: Task[Any, Any, Any],
    *,
    schedule_at: datetime | None = None,
    queueing_lock: str | None = None,
    **ids: str,
) -> bool:
    """Puts the job into the session's own transaction; False when the same lock already waits."""
    options: dict[str, Any] = {
        "schedule_at": schedule_at,
        "queueing_lock": queueing_lock,
    }
    options = {name: value for name, value in options.items() if value is not None}
    try:
        # The savepoint keeps a refused lock from taking the whole transaction along.
        with db.session.begin_nested():
            raw = db.session.connection().connection.driver_connection
            task.configure(connection=raw, **options).defer(**ids)
    except AlreadyEnqueued:
        return False
    return True
