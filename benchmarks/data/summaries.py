"""What is counted from the rows once they are in: the site's own summaries, and the plain tables of the reference."""

from pathlib import Path

from sqlalchemy import text

from benchmarks.data.cluster import Cluster
from marketplace.clinics import facets
from marketplace.extensions import db

REFERENCE = Path(__file__).with_name("reference.sql")


def rebuild() -> None:
    """Counts the summaries of all listings by the site's own code. The caller commits."""
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    facets.rebuild()


def make_reference(cluster: Cluster, database: str) -> None:
    """Makes the tables that a hand-written list page would read, of the same clinics."""
    with cluster.superuser(database) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute(REFERENCE.read_bytes())
