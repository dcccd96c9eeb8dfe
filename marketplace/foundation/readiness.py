"""Whether the site can work."""

from sqlalchemy import text

from marketplace.extensions import db


def ready() -> None:
    """Raises what the database raises when it is away or has no queue."""
    db.session.execute(text("SELECT 1 FROM procrastinate_jobs LIMIT 1"))
