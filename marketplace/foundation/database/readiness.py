"""Checks whether the site can work: its database, its queue, its disk."""

import shutil
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.roles import as_system

LATE_AFTER = timedelta(minutes=5)
MIN_FREE = 0.05  # of the disk below DATA_DIR

_OLDEST_DUE = text("""
    SELECT least(
        (SELECT min(scheduled_at) FROM procrastinate_jobs WHERE status = 'todo'),
        (SELECT min(at) FROM procrastinate_events WHERE job_id =
            (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL))
    )
""")


def ready() -> dict[str, str]:
    """The state of each part: `ok`, or what is wrong with it. Raises what the database raises when it is away."""
    late = queue_age() > LATE_AFTER
    return {"database": "ok", "queue": "late" if late else "ok", "disk": "ok" if _disk_has_room() else "full"}


def queue_age() -> timedelta:
    """How long the oldest job that is due has waited for a worker; zero where none waits."""
    with as_system():
        oldest = db.session.scalar(_OLDEST_DUE)
    return max(clock.now() - oldest, timedelta()) if oldest else timedelta()


def _disk_has_room() -> bool:
    folder = Path(str(current_app.config["DATA_DIR"])).resolve()
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return usage.free > usage.total * MIN_FREE
