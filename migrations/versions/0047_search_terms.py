"""a search finds cards by their words, by what they have and by where they stand in an order, all in one index"""

import sqlalchemy as sa
from alembic import op

from migrations.online import build_index, lock_at_once, separate_transactions

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

SEARCH_PATH = "SET search_path = pg_catalog, public, pg_temp"
# From 16 on sixteen steps an octave.
STEPS = (*range(1, 16), *((16 + part) << octave for octave in range(27) for part in range(16)))
# A rank's upper half as it is, the lower one by its step; where it says that something is not known, all are alike, and a part of
# the shuffle parts them. The functions name their schema, as an index is built without a search path.
TIER_OF = f"""
CREATE OR REPLACE FUNCTION search_tier_of(prefix text, rank bigint, shuffle bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 50 AS $$
BEGIN
    RETURN prefix || to_char(least(rank >> 32, 999), 'FM000')
        || '.' || to_char(width_bucket(rank & 4294967295, '{{{",".join(map(str, STEPS))}}}'::bigint[]), 'FM000')
        || CASE WHEN rank & 4294967295 IN (2147483647, 4294967295)
            THEN '.' || to_char((shuffle >> 59) + 16, 'FM00') ELSE '' END;
END
$$
"""
TERMS = """
CREATE OR REPLACE FUNCTION search_terms(
    search_text text, country text, city text, languages text[], prices jsonb,
    checks_rank bigint, reply_rank bigint, price_rank bigint, shuffle bigint
) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 AS $$
BEGIN
    RETURN string_to_array(search_text, ' ')
        || ARRAY['@' || country, '/' || city, public.search_tier_of('#c', checks_rank, shuffle),
            public.search_tier_of('#r', reply_rank, shuffle), public.search_tier_of('#p', price_rank, shuffle)]
        || ARRAY(
            SELECT '~' || language FROM unnest(languages) AS language
            UNION ALL SELECT '$' || slug FROM jsonb_object_keys(prices) AS slug
        );
END
$$
"""
TIERS = """
SELECT DISTINCT unnest(ARRAY[
    search_tier_of('#c', checks_rank, shuffle), search_tier_of('#r', reply_rank, shuffle), search_tier_of('#p', price_rank, shuffle)
]) AS tier FROM {cards}
"""
# In their order, so that two who add the same never wait for each other.
NOTE = """
CREATE OR REPLACE FUNCTION note_search_tiers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER {search_path} AS $$
BEGIN
    INSERT INTO search_tier SELECT tier FROM ({tiers}) AS found
    WHERE NOT EXISTS (SELECT FROM search_tier AS known WHERE known.tier = found.tier)
    ORDER BY tier ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER search_tiers AFTER INSERT ON clinic_card REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION note_search_tiers()
"""
FILL = f"INSERT INTO search_tier SELECT tier FROM ({TIERS.format(cards='clinic_card')}) AS found ORDER BY tier ON CONFLICT DO NOTHING"
# A search reads what waits to be sorted in, too: not much may.
INDEX = """
USING gin (search_terms(search_text, country, city, languages, prices, checks_rank, reply_rank, price_rank, shuffle))
WITH (gin_pending_list_limit = 256)
"""


def upgrade() -> None:
    op.execute(TIER_OF)
    op.execute(TERMS)
    op.create_table(
        "search_tier",
        sa.Column("tier", sa.Text(collation="C"), nullable=False),
        sa.Column("clinics", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tier", name=op.f("pk_search_tier")),
        if_not_exists=True,
    )
    op.execute(NOTE.format(search_path=SEARCH_PATH, tiers=TIERS.format(cards="changed")))
    op.execute("REVOKE EXECUTE ON FUNCTION note_search_tiers() FROM PUBLIC")
    lock_at_once("clinic_card")
    op.execute(TRIGGER)
    with separate_transactions():
        op.execute(FILL)
        build_index("ix_clinic_card_terms", "clinic_card", INDEX)
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_clinic_card_words")
        op.execute("ANALYZE search_tier")
        op.execute("ANALYZE clinic_card")


def downgrade() -> None:
    lock_at_once("clinic_card")
    op.execute("CREATE INDEX IF NOT EXISTS ix_clinic_card_words ON clinic_card USING gin (string_to_array(search_text, ' '))")
    op.execute("DROP INDEX IF EXISTS ix_clinic_card_terms")
    op.execute("DROP FUNCTION note_search_tiers() CASCADE")
    op.drop_table("search_tier")
    op.execute("DROP FUNCTION search_terms(text, text, text, text[], jsonb, bigint, bigint, bigint, bigint)")
    op.execute("DROP FUNCTION search_tier_of(text, bigint, bigint)")
