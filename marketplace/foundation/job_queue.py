"""Jobs are rows of the transaction that asks for them; their arguments are ids only."""

from datetime import datetime
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

from marketplace.extensions import db

# Only ever used with a connection handed in: it opens no pool, in the web process or in a worker's task.
queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


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
