"""routing reads the best offers of any market from an index; what a patient was shown is kept; who waits has a turn"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.online import build_index, in_batches, lock_at_once, separate_transactions

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SEARCH_PATH = "SET search_path = pg_catalog, public, pg_temp"
FACTS = ("daily_capacity", "weekly_capacity", "leads_sent", "leads_answered")
# Never above a certainty, also where more answers were counted than leads: the index is read from there downwards.
ANSWER_WEIGHT = """
CREATE OR REPLACE FUNCTION answer_weight(sent bigint, answered bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(20 * least(1.0, greatest((answered + 2.8) / (sent + 4.0), CASE WHEN sent < 5 THEN 0.7 ELSE 0 END)))::smallint
$$
"""
ANSWER_WEIGHT_BEFORE = """
CREATE OR REPLACE FUNCTION answer_weight(sent bigint, answered bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(20 * CASE
        WHEN sent < 5 THEN greatest((answered + 2.8) / (sent + 4.0), 0.7) ELSE least((answered + 2.8) / (sent + 4.0), 1.0)
    END)::smallint
$$
"""
OFFERS = """
CREATE OR REPLACE VIEW clinic_offer_source AS
SELECT card.clinic_id, procedure_id, treatment_id,
    row_number() OVER (PARTITION BY card.clinic_id, treatment_id ORDER BY price.low_eur, procedure_id) = 1 AS is_lowest,
    low, high, price.currency, price.low_eur, card.country, card.languages, accepts_countries,
    checks, required_until, card.reply_minutes, answer_weight(leads_sent, leads_answered),
    checks_rank, reply_rank, price.low_eur AS price_rank, shuffle{more}
FROM clinic_card AS card
JOIN clinic ON clinic.id = card.clinic_id
JOIN clinic_price AS price ON price.clinic_id = card.clinic_id
JOIN procedure ON procedure.id = procedure_id
"""
IN_SUMMARY = (
    "slug, name, country, city, languages, currency, accepts_countries, is_sample, search_text, listing_state,"
    " reply_minutes"
)
CHANGED = """
CREATE OR REPLACE TRIGGER clinic_changed AFTER UPDATE OF {columns} ON clinic FOR EACH ROW
WHEN (OLD.listing_state = 'published' OR NEW.listing_state = 'published') EXECUTE FUNCTION clinic_changed()
"""
# Each lead moves its clinic's offers: no index has these columns, and the room that pages keep takes the new versions.
HISTORY_CHANGED = """
CREATE OR REPLACE TRIGGER clinic_weight_changed AFTER UPDATE OF leads_sent, leads_answered ON clinic FOR EACH ROW
WHEN (NEW.listing_state = 'published' AND ({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION clinic_weight_changed()
"""
WEIGHT = "answer_weight({row}.leads_sent, {row}.leads_answered)"
NOTE_HISTORY = """
CREATE OR REPLACE FUNCTION clinic_weight_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {search_path} AS $$
BEGIN
    UPDATE clinic_offer SET answer_weight = answer_weight(NEW.leads_sent, NEW.leads_answered){more}
    WHERE clinic_id = NEW.id;
    RETURN NULL;
END
$$
"""
FILL_OFFERS = """
UPDATE clinic_offer SET daily_capacity = clinic.daily_capacity, weekly_capacity = clinic.weekly_capacity,
    leads_sent = clinic.leads_sent, leads_answered = clinic.leads_answered,
    answer_weight = answer_weight(clinic.leads_sent, clinic.leads_answered)
FROM clinic WHERE clinic.id = clinic_id AND clinic.id > :after AND clinic.id <= :upto
"""
FILL_TURNS = """
UPDATE quote_request SET look_again_at = now()
WHERE id > :after AND id <= :upto AND look_again_at IS NULL AND state IN ('open', 'paused')
    AND NOT EXISTS (SELECT FROM lead WHERE lead.request_id = quote_request.id)
"""
ORDERS = {
    "answers": "(procedure_id, answer_weight, shuffle)",
    "country_answers": "(procedure_id, country, answer_weight, shuffle)",
    "treatment_answers": "(treatment_id, answer_weight, shuffle) WHERE is_lowest",
    "treatment_country_answers": "(treatment_id, country, answer_weight, shuffle) WHERE is_lowest",
}


def upgrade() -> None:
    lock_at_once("clinic", "clinic_offer", "quote_request")
    _keep_what_was_shown()
    op.execute("ALTER TABLE quote_request ADD COLUMN IF NOT EXISTS look_again_at timestamptz")
    columns = ", ".join(f"ADD COLUMN IF NOT EXISTS {name} bigint NOT NULL DEFAULT 0" for name in FACTS)
    op.execute(f"ALTER TABLE clinic_offer {columns}")
    op.execute("ALTER TABLE clinic_offer SET (fillfactor = 90)")
    op.execute(ANSWER_WEIGHT)
    op.execute(OFFERS.format(more="".join(f", clinic.{name}" for name in FACTS)))
    history = ", leads_sent = NEW.leads_sent, leads_answered = NEW.leads_answered"
    op.execute(NOTE_HISTORY.format(search_path=SEARCH_PATH, more=history))
    op.execute(CHANGED.format(columns=f"{IN_SUMMARY}, daily_capacity, weekly_capacity"))
    pairs = {row.lower(): f"{row}.leads_sent, {row}.leads_answered" for row in ("OLD", "NEW")}
    op.execute(HISTORY_CHANGED.format(**pairs))
    with separate_transactions():
        in_batches(FILL_OFFERS, table="clinic")
        in_batches(FILL_TURNS, table="quote_request")
        for name, order in ORDERS.items():
            build_index(f"ix_clinic_offer_{name}", "clinic_offer", order)
        build_index("ix_quote_request_look_again_at", "quote_request", "(look_again_at) WHERE look_again_at IS NOT NULL")
        op.execute("ANALYZE clinic_offer")


def _keep_what_was_shown() -> None:
    op.create_table(
        "routing_proposal",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("decisions", postgresql.JSONB(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name=op.f("fk_routing_proposal_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_routing_proposal")),
        if_not_exists=True,
    )


def downgrade() -> None:
    lock_at_once("clinic", "clinic_offer", "quote_request")
    op.drop_table("routing_proposal")
    op.drop_column("quote_request", "look_again_at")
    op.execute("DROP VIEW clinic_offer_source")
    for name in FACTS:
        op.drop_column("clinic_offer", name)
    op.execute(OFFERS.format(more=""))
    op.execute("ALTER TABLE clinic_offer RESET (fillfactor)")
    for name in ORDERS:
        op.drop_index(f"ix_clinic_offer_{name}", "clinic_offer")
    op.execute(NOTE_HISTORY.format(search_path=SEARCH_PATH, more=""))
    op.execute(CHANGED.format(columns=IN_SUMMARY))
    op.execute(HISTORY_CHANGED.format(old=WEIGHT.format(row="OLD"), new=WEIGHT.format(row="NEW")))
    op.execute(ANSWER_WEIGHT_BEFORE)
