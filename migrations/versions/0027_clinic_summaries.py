"""what lists, search and routing read of a published clinic is one row a clinic and one a clinic and procedure, kept by triggers"""

from alembic import op

from migrations.online import in_batches, lock_at_once, separate_transactions

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SEARCH_PATH = "SET search_path = pg_catalog, public, pg_temp"
# They are written by the triggers below alone: no foreign key is checked again for each of their rows.
TABLES = """
CREATE TABLE IF NOT EXISTS clinic_card (
    clinic_id uuid NOT NULL CONSTRAINT pk_clinic_card PRIMARY KEY,
    slug text NOT NULL, name text NOT NULL, country text NOT NULL, city text NOT NULL,
    languages text[] NOT NULL, roles text[] NOT NULL, currency text NOT NULL, is_sample boolean NOT NULL,
    checks smallint NOT NULL, checks_of smallint NOT NULL, passed_until date[] NOT NULL,
    checked_on date, ends_on date, required_until date,
    reply_minutes bigint, low_eur bigint, prices jsonb NOT NULL, search_text text NOT NULL,
    checks_rank bigint NOT NULL, reply_rank integer NOT NULL, price_rank bigint NOT NULL, shuffle bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS clinic_offer (
    clinic_id uuid NOT NULL, procedure_id uuid NOT NULL, treatment_id uuid NOT NULL, is_lowest boolean NOT NULL,
    low bigint NOT NULL, high bigint NOT NULL, currency text NOT NULL, low_eur bigint NOT NULL,
    country text NOT NULL, languages text[] NOT NULL, accepts_countries text[] NOT NULL,
    checks smallint NOT NULL, required_until date, reply_minutes bigint, answer_weight smallint NOT NULL,
    checks_rank bigint NOT NULL, reply_rank integer NOT NULL, price_rank bigint NOT NULL, shuffle bigint NOT NULL,
    CONSTRAINT pk_clinic_offer PRIMARY KEY (clinic_id, procedure_id)
);
"""
# The chance of an answer as routing estimates it, in steps of a twentieth: most leads move no row.
ANSWER_WEIGHT = """
CREATE OR REPLACE FUNCTION answer_weight(sent bigint, answered bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(20 * CASE
        WHEN sent < 5 THEN greatest((answered + 2.8) / (sent + 4.0), 0.7) ELSE least((answered + 2.8) / (sent + 4.0), 1.0)
    END)::smallint
$$
"""
# One order a column, the lowest first: an index gives it, and two rows compare, with neither NULL nor DESC in the way.
CARDS = """
CREATE OR REPLACE VIEW clinic_card_source AS
SELECT clinic.id AS clinic_id, slug, name, country, city, languages, roles, currency, is_sample,
    checks, checks_of, passed_until, checked_on, ends_on, required_until, reply_minutes, low_eur, prices, search_text,
    (100 - checks) * 4294967296 + reply_rank AS checks_rank, reply_rank,
    coalesce(low_eur, 9223372036854775807) AS price_rank,
    ('x' || left(md5(clinic.id::text), 16))::bit(64)::bigint AS shuffle
FROM clinic
CROSS JOIN LATERAL (SELECT least(coalesce(reply_minutes, 2147483647), 2147483647)::integer AS reply_rank) AS ranked
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT role ORDER BY role), '{}') AS roles
    FROM clinic_person WHERE clinic_person.clinic_id = clinic.id
) AS people
CROSS JOIN LATERAL (
    SELECT count(*)::smallint AS checks_of,
        (count(*) FILTER (WHERE state = 'passed' AND expires_on >= (now() AT TIME ZONE 'UTC')::date))::smallint AS checks,
        coalesce(array_agg(expires_on ORDER BY expires_on) FILTER (WHERE state = 'passed'), '{}') AS passed_until,
        CASE WHEN count(expires_on) FILTER (WHERE required) = 3
            THEN (max(passed_at) FILTER (WHERE required AND expires_on IS NOT NULL) AT TIME ZONE 'UTC')::date
        END AS checked_on,
        CASE WHEN count(expires_on) FILTER (WHERE required) = 3
            THEN min(expires_on) FILTER (WHERE required)
        END AS ends_on,
        CASE WHEN count(*) FILTER (WHERE required AND state = 'passed') = 3
            THEN min(expires_on) FILTER (WHERE required)
        END AS required_until
    FROM clinic_check CROSS JOIN LATERAL (SELECT kind IN ('company', 'licence', 'people') AS required) AS needed
    WHERE clinic_check.clinic_id = clinic.id
) AS checked
CROSS JOIN LATERAL (
    SELECT min(low_eur) AS low_eur,
        coalesce(jsonb_object_agg(procedure.slug, jsonb_build_array(low, high)), '{}') AS prices
    FROM clinic_price JOIN procedure ON procedure.id = procedure_id WHERE clinic_price.clinic_id = clinic.id
) AS offered
WHERE listing_state = 'published'
"""
OFFERS = """
CREATE OR REPLACE VIEW clinic_offer_source AS
SELECT card.clinic_id, procedure_id, treatment_id,
    row_number() OVER (PARTITION BY card.clinic_id, treatment_id ORDER BY price.low_eur, procedure_id) = 1 AS is_lowest,
    low, high, price.currency, price.low_eur, card.country, card.languages, accepts_countries,
    checks, required_until, card.reply_minutes, answer_weight(leads_sent, leads_answered),
    checks_rank, reply_rank, price.low_eur AS price_rank, shuffle
FROM clinic_card AS card
JOIN clinic ON clinic.id = card.clinic_id
JOIN clinic_price AS price ON price.clinic_id = card.clinic_id
JOIN procedure ON procedure.id = procedure_id
"""
# Its clinics are locked first: of two who change one of them at once the second reads what the first wrote.
REFRESH = """
CREATE OR REPLACE FUNCTION refresh_summaries(ids uuid[]) RETURNS void
LANGUAGE plpgsql {search_path} AS $$
BEGIN
    PERFORM FROM clinic WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM clinic_offer WHERE clinic_id = ANY (ids);
    DELETE FROM clinic_card WHERE clinic_id = ANY (ids);
    INSERT INTO clinic_card SELECT * FROM clinic_card_source WHERE clinic_id = ANY (ids);
    INSERT INTO clinic_offer SELECT * FROM clinic_offer_source WHERE clinic_id = ANY (ids);
END
$$
"""
# Who writes a summary meanwhile waits, and then reads what is newer; readers do not wait.
REBUILD = """
CREATE OR REPLACE FUNCTION rebuild_summaries() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER {search_path} AS $$
BEGIN
    LOCK TABLE clinic_card, clinic_offer IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM clinic_offer;
    DELETE FROM clinic_card;
    INSERT INTO clinic_card SELECT * FROM clinic_card_source;
    INSERT INTO clinic_offer SELECT * FROM clinic_offer_source;
END
$$
"""
CHANGED = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {search_path} AS $$
BEGIN
    {act};
    RETURN NULL;
END
$$
"""
ACTS = {
    "clinics_changed": "PERFORM refresh_summaries(array_agg(id)) FROM changed WHERE listing_state = 'published'"
    " HAVING count(*) > 0",
    "clinic_parts_changed": "PERFORM refresh_summaries(array_agg(DISTINCT clinic_id)) FROM changed HAVING count(*) > 0",
    "clinic_changed": "PERFORM refresh_summaries(ARRAY[NEW.id])",
    "clinic_weight_changed": "UPDATE clinic_offer SET answer_weight = answer_weight(NEW.leads_sent, NEW.leads_answered)"
    " WHERE clinic_id = NEW.id",
    "procedure_moved": "PERFORM rebuild_summaries()",
}
PARTS = ("clinic_price", "clinic_check", "clinic_person")
SEEN = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
IN_SUMMARY = (
    "slug, name, country, city, languages, currency, accepts_countries, is_sample, search_text, listing_state,"
    " reply_minutes"
)
EACH_ROW = (
    ("clinic_changed", IN_SUMMARY, "OLD.listing_state = 'published' OR NEW.listing_state = 'published'"),
    (
        "clinic_weight_changed",
        "leads_sent, leads_answered",
        "NEW.listing_state = 'published' AND answer_weight(OLD.leads_sent, OLD.leads_answered)"
        " <> answer_weight(NEW.leads_sent, NEW.leads_answered)",
    ),
    ("procedure_moved", "treatment_id", "OLD.treatment_id <> NEW.treatment_id"),
)
FILL = "SELECT refresh_summaries(array_agg(id)) FROM clinic WHERE id > :after AND id <= :upto"
CARD_ORDERS = {
    "checks": "(checks_rank, shuffle)",
    "country_checks": "(country, checks_rank, shuffle)",
    "city_checks": "(city, checks_rank, shuffle)",
    "reply": "(reply_rank, shuffle)",
    "price": "(price_rank, shuffle)",
    "name": "(name, clinic_id)",
    "languages": "USING gin (languages)",
    "search_text": "USING gin (search_text gin_trgm_ops)",
}
OFFER_ORDERS = {
    "checks": "(procedure_id, checks_rank, shuffle)",
    "country_checks": "(procedure_id, country, checks_rank, shuffle)",
    "reply": "(procedure_id, reply_rank, shuffle)",
    "price": "(procedure_id, price_rank, shuffle)",
    "treatment_checks": "(treatment_id, checks_rank, shuffle) WHERE is_lowest",
    "treatment_price": "(treatment_id, price_rank, shuffle) WHERE is_lowest",
}


def upgrade() -> None:
    for statement in (TABLES, ANSWER_WEIGHT, CARDS, OFFERS):
        op.execute(statement)
    for name, order in CARD_ORDERS.items():
        op.execute(f"CREATE INDEX IF NOT EXISTS ix_clinic_card_{name} ON clinic_card {order}")
    for name, order in OFFER_ORDERS.items():
        op.execute(f"CREATE INDEX IF NOT EXISTS ix_clinic_offer_{name} ON clinic_offer {order}")
    for function in (REFRESH, REBUILD):
        op.execute(function.format(search_path=SEARCH_PATH))
    op.execute("REVOKE EXECUTE ON FUNCTION refresh_summaries(uuid[]), rebuild_summaries() FROM PUBLIC")
    for name, act in ACTS.items():
        op.execute(CHANGED.format(name=name, act=act, search_path=SEARCH_PATH))
    lock_at_once("clinic", *PARTS, "procedure")
    _watch()
    with separate_transactions():
        in_batches(FILL, table="clinic")
        op.execute("ANALYZE clinic_card")
        op.execute("ANALYZE clinic_offer")


def _watch() -> None:
    trigger = "CREATE OR REPLACE TRIGGER {name} AFTER {when} FOR EACH {each} EXECUTE FUNCTION {function}()"
    for table in ("clinic", *PARTS):
        function = "clinics_changed" if table == "clinic" else "clinic_parts_changed"
        for verb, rows in SEEN.items():
            if (table, verb) != ("clinic", "UPDATE"):
                when = f"{verb} ON {table} REFERENCING {rows} TABLE AS changed"
                name = f"summary_of_{verb.lower()}"
                op.execute(trigger.format(name=name, when=when, each="STATEMENT", function=function))
    for function, columns, condition in EACH_ROW:
        table = "procedure" if function == "procedure_moved" else "clinic"
        each = f"ROW WHEN ({condition})"
        when = f"UPDATE OF {columns} ON {table}"
        op.execute(trigger.format(name=function, when=when, each=each, function=function))


def downgrade() -> None:
    lock_at_once("clinic", *PARTS, "procedure", "clinic_card", "clinic_offer")
    for name in ACTS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    op.execute("DROP FUNCTION refresh_summaries(uuid[]), rebuild_summaries()")
    op.execute("DROP VIEW clinic_offer_source, clinic_card_source")
    op.execute("DROP TABLE clinic_offer, clinic_card")
    op.execute("DROP FUNCTION answer_weight(bigint, bigint)")
