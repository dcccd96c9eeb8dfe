"""What is counted from the rows once they are in: the site's own summaries, and the plain tables of the reference."""

from pathlib import Path

from benchmarks import product
from benchmarks.data import market
from benchmarks.data.cluster import Cluster
from benchmarks.data.copying import indexes_last, run_all
from marketplace.clinics import facets
from marketplace.clinics.summaries import ClinicCard, ClinicOffer
from marketplace.extensions import db

# What a trigger does where there is one.
WORDS = """
INSERT INTO search_word SELECT word, shortened(word) FROM (
    SELECT DISTINCT unnest(string_to_array(search_text, ' ')) AS word FROM clinic_card
) AS found WHERE word <> '' ON CONFLICT DO NOTHING
"""
TIERS = """
INSERT INTO search_tier SELECT DISTINCT unnest(ARRAY[
    search_tier_of('#c', checks_rank, shuffle), search_tier_of('#r', reply_rank, shuffle),
    search_tier_of('#p', price_rank, shuffle)
]) FROM clinic_card ON CONFLICT DO NOTHING
"""
REFERENCE = Path(__file__).with_name("reference.sql")
CARDS = ("SELECT rebuild_summaries()", WORDS, TIERS)


def rebuild(cluster: Cluster, database: str) -> None:
    """Counts the summaries of all listings by the site's own code, and makes the reference's tables meanwhile."""
    url = cluster.url(database, "postgres")
    run_all(url, [f"ANALYZE {table}" for table in market.COLUMNS])
    with indexes_last(url, (ClinicCard.__tablename__, ClinicOffer.__tablename__)):
        run_all(url, ["; ".join(CARDS), REFERENCE.read_text("utf-8")])
    with product.inside(cluster, database):
        facets.rebuild()
        db.session.commit()
