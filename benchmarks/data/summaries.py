"""What is counted from the rows once they are in: the site's own summaries, and the plain tables of the reference."""

from pathlib import Path

from benchmarks import product
from benchmarks.data.cluster import Cluster
from benchmarks.data.copying import bulk
from marketplace.clinics import facets
from marketplace.clinics.summaries import ClinicCard, ClinicOffer
from marketplace.extensions import db

# What a trigger does where there is one.
WORDS = """
INSERT INTO search_word SELECT word, shortened(word) FROM (
    SELECT DISTINCT unnest(string_to_array(search_text, ' ')) AS word FROM clinic_card
) AS found WHERE word <> '' ON CONFLICT DO NOTHING
"""
REFERENCE = Path(__file__).with_name("reference.sql")


def rebuild(cluster: Cluster, database: str) -> None:
    """Counts the summaries of all listings by the site's own code, and makes the reference's tables."""
    with (
        cluster.superuser(database) as connection,
        bulk(connection, (ClinicCard.__tablename__, ClinicOffer.__tablename__)),
    ):
        connection.execute("SELECT rebuild_summaries()")
        connection.execute(WORDS)
    with product.inside(cluster, database):
        facets.rebuild()
        db.session.commit()
    with cluster.superuser(database) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute(REFERENCE.read_bytes())
