"""Whether the site can work."""

from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation.faces import as_system


def ready() -> None:
    """Raises what the database raises when it is away or has no queue."""
    with as_system():
        db.session.execute(text("SELECT 1 FROM procrastinate_jobs LIMIT 1"))
