"""the words of published listings, each once, with what is left of it without one of its letters: a slip finds it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.online import build_index, lock_at_once, separate_transactions

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SEARCH_PATH = "SET search_path = pg_catalog, public, pg_temp"
MOST = 50
LONGEST = 40  # letters: what is longer is found as it is
# Two words with one slip between them, or two neighbours exchanged, have one of these in common.
SHORTENED = f"""
CREATE OR REPLACE FUNCTION shortened(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT left(word, i) || substr(word, i + 2)) || word
    FROM generate_series(0, CASE WHEN length(word) <= {LONGEST} THEN length(word) - 1 ELSE -1 END) AS i
$$
"""
# For each typed word the words that it is, begins, or is near to, some of each; an index on "C" finds a beginning as a range.
NEAR = f"""
CREATE OR REPLACE FUNCTION near_words(words_typed text[]) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_agg(jsonb_build_array(typed, word))
    FROM unnest(words_typed) AS typed CROSS JOIN LATERAL (
        SELECT word FROM search_word WHERE word = typed COLLATE "C"
        UNION (
            SELECT word FROM search_word
            WHERE word > typed COLLATE "C" AND word < (typed || chr(1114111)) COLLATE "C"
            ORDER BY word LIMIT {MOST}
        )
        UNION (
            SELECT word FROM search_word WHERE search_word.shortened && shortened(typed) LIMIT {MOST}
        )
    ) AS known
$$
"""
# In their order, so that two who add the same words never wait for each other.
NOTE = """
CREATE OR REPLACE FUNCTION note_search_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER {search_path} AS $$
BEGIN
    INSERT INTO search_word SELECT word, shortened(word) FROM (
        SELECT DISTINCT unnest(string_to_array(search_text, ' ')) AS word FROM changed
    ) AS found
    WHERE word <> '' AND NOT EXISTS (SELECT FROM search_word AS known WHERE known.word = found.word)
    ORDER BY word ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER search_words AFTER INSERT ON clinic_card REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION note_search_words()
"""
FILL = """
INSERT INTO search_word SELECT word, shortened(word) FROM (
    SELECT DISTINCT unnest(string_to_array(search_text, ' ')) AS word FROM clinic_card
) AS found WHERE word <> '' ORDER BY word ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.execute(SHORTENED)
    op.create_table(
        "search_word",
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("shortened", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
        if_not_exists=True,
    )
    op.create_index("ix_search_word_shortened", "search_word", ["shortened"], postgresql_using="gin", if_not_exists=True)
    op.execute(NEAR)
    op.execute(NOTE.format(search_path=SEARCH_PATH))
    op.execute("REVOKE EXECUTE ON FUNCTION note_search_words() FROM PUBLIC")
    lock_at_once("clinic_card")
    op.execute(TRIGGER)
    with separate_transactions():
        op.execute(FILL)
        build_index("ix_clinic_card_words", "clinic_card", "USING gin (string_to_array(search_text, ' '))")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_clinic_card_search_text")
        op.execute("ANALYZE search_word")
        op.execute("ANALYZE clinic_card")


def downgrade() -> None:
    lock_at_once("clinic_card")
    op.execute("CREATE INDEX IF NOT EXISTS ix_clinic_card_search_text ON clinic_card USING gin (search_text gin_trgm_ops)")
    op.execute("DROP INDEX IF EXISTS ix_clinic_card_words")
    op.execute("DROP FUNCTION note_search_words() CASCADE")
    op.execute("DROP FUNCTION near_words(text[])")
    op.drop_table("search_word")
    op.execute("DROP FUNCTION shortened(text)")
