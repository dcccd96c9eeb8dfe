"""How much work waits, and how busy the database is for it."""

from sqlalchemy import text

from marketplace.extensions import db

DEPTH = text("SELECT queue_name, CAST(status AS text), count(*) FROM procrastinate_jobs GROUP BY 1, 2")
CONNECTIONS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = session_user"
)


def depth() -> dict[tuple[str, str], int]:
    """Jobs by queue and status."""
    return {(queue, status): count for queue, status, count in db.session.execute(DEPTH)}


def connections() -> int:
    """Of the app's login, in whatever process."""
    return db.session.scalar(CONNECTIONS) or 0
