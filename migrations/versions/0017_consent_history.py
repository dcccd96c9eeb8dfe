"""consent is a history of rows, one a purpose; what a clinic is to delete has its own rows"""

import sqlalchemy as sa
from alembic import op

from migrations.online import separate_transactions, in_batches, lock_at_once

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PURPOSES = ("request", "health", "photos")
ACTS = ("given", "revoked")
ORDER = ("request_id", "clinic_id", "purpose", "number")
DUTY_STATES = ("asked", "confirmed", "lifted")
# What was agreed to in one text is a row for each purpose it names, with the same words. Made in batches first, then
# once more for what came meanwhile.
SPLIT = """
INSERT INTO consent_row (id, request_id, clinic_id, purpose, act, number, text, version, at)
SELECT CASE purpose WHEN 'request' THEN consent.id ELSE gen_random_uuid() END,
    request_id, clinic_id, purpose, 'given', 1, text, version, given_at
FROM consent CROSS JOIN unnest(ARRAY['request', 'health', 'photos']) AS named (purpose)
WHERE (purpose = 'request' OR with_health AND (
    purpose = 'health' OR text ~* 'photo' OR EXISTS (SELECT FROM photo WHERE photo.request_id = consent.request_id)
)) AND {which}
"""
# The old rows kept a moment only: these words say so.
ENDED = """
INSERT INTO consent_row (id, request_id, clinic_id, purpose, act, number, text, version, at)
SELECT gen_random_uuid(), request_id, clinic_id, purpose, 'revoked', 2,
    'Ended with the request, or because the clinic was full. Only the moment was recorded.', given.version, withdrawn_at
FROM consent_row AS given JOIN consent USING (request_id, clinic_id)
WHERE withdrawn_at IS NOT NULL AND given.number = 1 AND {which}
"""
IN_BATCH = "consent.id > :after AND consent.id <= :upto"
NOT_SPLIT = (
    "NOT EXISTS (SELECT FROM consent_row AS made WHERE made.request_id = consent.request_id"
    " AND made.clinic_id = consent.clinic_id AND made.purpose = {purpose} AND made.number = {number})"
)
DUTIES = """
INSERT INTO deletion_duty
    (id, lead_id, request_id, clinic_id, purpose, state, asked_at, confirmed_at, chases, created_at)
SELECT gen_random_uuid(), lead.id, request_id, clinic_id, purpose,
    CASE WHEN confirmed.at IS NULL THEN 'asked' ELSE 'confirmed' END, revoked_at, confirmed.at, 0, revoked_at
FROM lead JOIN consent_row USING (request_id, clinic_id)
LEFT JOIN LATERAL (
    SELECT min(at) AS at FROM timeline_entry
    WHERE timeline_entry.request_id = lead.request_id AND lead_id = lead.id AND name = 'DeletionConfirmed'
) AS confirmed ON true
WHERE lead.state = 'revoked' AND consent_row.number = 1
"""
STANDS = """
CREATE OR REPLACE FUNCTION consent_stands(of_request uuid, of_clinic uuid, for_purpose text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((
        SELECT act = 'given' FROM public.consent
        WHERE request_id = of_request AND clinic_id = of_clinic AND purpose = for_purpose
        ORDER BY number DESC LIMIT 1
    ), false)
$$
"""
# The row policies name this function: it answers from the rows there are, whichever way the database was migrated.
STOOD = """
CREATE OR REPLACE FUNCTION consent_stands(of_request uuid, of_clinic uuid, for_purpose text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM public.consent WHERE request_id = of_request AND clinic_id = of_clinic AND withdrawn_at IS NULL
        AND (for_purpose = 'request' OR with_health)
    )
$$
"""
NEEDS_CONSENT = """
CREATE FUNCTION lead_needs_consent() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM consent WHERE request_id = NEW.request_id AND clinic_id = NEW.clinic_id
        AND purpose = 'request' AND act = 'given'
    ) THEN
        RAISE EXCEPTION 'no consent to this request names the clinic of the lead'
            USING ERRCODE = 'foreign_key_violation', TABLE = 'lead', CONSTRAINT = 'lead_needs_consent';
    END IF;
    RETURN NULL;
END
$$
"""
ON_LEAD = """
CREATE TRIGGER lead_needs_consent AFTER INSERT OR UPDATE OF request_id, clinic_id ON lead
FOR EACH ROW EXECUTE FUNCTION lead_needs_consent()
"""
# The newest word about a purpose decides. `rows` is how many there were: who has more by then is written anew.
ONE_TEXT = """
INSERT INTO consent_text (id, request_id, clinic_id, text, version, with_health, given_at, withdrawn_at, rows)
SELECT first.id, first.request_id, first.clinic_id, given.text, given.version,
    known.of_health[1] IS NOT DISTINCT FROM 'given', given.at,
    CASE WHEN known.of_request[1] = 'revoked' THEN known.at[1] END, known.rows
FROM consent AS first
JOIN LATERAL (
    SELECT count(*) AS rows, array_agg(act ORDER BY number DESC) FILTER (WHERE purpose = 'health') AS of_health,
        array_agg(act ORDER BY number DESC) FILTER (WHERE purpose = 'request') AS of_request,
        array_agg(at ORDER BY number DESC) FILTER (WHERE purpose = 'request') AS at
    FROM consent AS each WHERE each.request_id = first.request_id AND each.clinic_id = first.clinic_id
) AS known ON true
JOIN LATERAL (
    SELECT text, version, at FROM consent AS any_purpose
    WHERE any_purpose.request_id = first.request_id AND any_purpose.clinic_id = first.clinic_id AND act = 'given'
    ORDER BY at DESC, number DESC LIMIT 1
) AS given ON true
WHERE first.purpose = 'request' AND first.number = 1 AND {which}
"""
OUTDATED = """
DELETE FROM consent_text USING (
    SELECT request_id, clinic_id, count(*) AS rows FROM consent GROUP BY request_id, clinic_id
) AS known
WHERE known.request_id = consent_text.request_id AND known.clinic_id = consent_text.clinic_id
    AND known.rows <> consent_text.rows
"""
NOT_WRITTEN = "NOT EXISTS (SELECT FROM consent_text WHERE consent_text.id = first.id)"
# Where a table goes, what it points to is locked as well.
LOCKED = ("lead", "consent", "clinic", "quote_request")


def upgrade() -> None:
    """The new rows are made beside the old table while people use it: they wait for the exchange of names only."""
    lock_at_once("clinic", "lead", "quote_request")
    _make_rows()
    _make_duties()
    with separate_transactions():
        in_batches(SPLIT.format(which=IN_BATCH), table="consent")
        in_batches(ENDED.format(which=IN_BATCH), table="consent")
        op.execute("ANALYZE consent_row")
    # All at the start: who has read one and waits for the other would wait for us, and we for them.
    lock_at_once(*LOCKED)
    op.execute(SPLIT.format(which=NOT_SPLIT.format(purpose="named.purpose", number=1)))
    op.execute(ENDED.format(which=NOT_SPLIT.format(purpose="given.purpose", number=2)))
    op.execute(DUTIES)
    _exchange()


def _make_rows() -> None:
    op.execute("DROP TABLE IF EXISTS consent_row")  # of a run that was cut off
    op.create_table(
        "consent_row",
        *_key_and_whose(),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"purpose IN {PURPOSES}", name=op.f("ck_consent_purpose_known")),
        sa.CheckConstraint(f"act IN {ACTS}", name=op.f("ck_consent_act_known")),
        sa.PrimaryKeyConstraint("id", name="pk_consent_row"),
        sa.UniqueConstraint(*ORDER, name="uq_consent_request_id_clinic_id_purpose_number"),
    )
    _point_to_owners("consent_row")
    _guard_history()


def _exchange() -> None:
    op.execute("ALTER TABLE lead DROP CONSTRAINT fk_lead_request_id_clinic_id")
    _rename("consent_row")
    for statement in (STANDS, NEEDS_CONSENT, ON_LEAD):
        op.execute(statement)


def _rename(table: str) -> None:
    op.drop_table("consent")
    op.rename_table(table, "consent")
    op.execute(f"ALTER TABLE consent RENAME CONSTRAINT pk_{table} TO pk_consent")
    op.execute(f"ALTER INDEX ix_{table}_clinic_id RENAME TO ix_consent_clinic_id")


def _key_and_whose() -> list[sa.Column]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "request_id", "clinic_id")]


def _point_to_owners(table: str) -> None:
    op.create_index(f"ix_{table}_clinic_id", table, ["clinic_id"])
    op.create_foreign_key("fk_consent_clinic_id", table, "clinic", ["clinic_id"], ["id"])
    op.create_foreign_key("fk_consent_request_id", table, "quote_request", ["request_id"], ["id"])


def _guard_history() -> None:
    for name, when, each in (("append_only", "UPDATE OR DELETE", "ROW"), ("not_emptied", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER consent_is_{name} BEFORE {when} ON consent_row"
            f" FOR EACH {each} EXECUTE FUNCTION audit_refuse()"
        )
        op.execute(f"ALTER TABLE consent_row ENABLE ALWAYS TRIGGER consent_is_{name}")


def _make_duties() -> None:
    op.execute("DROP TABLE IF EXISTS deletion_duty")
    op.create_table(
        "deletion_duty",
        *_key_and_whose(),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(f"{state}_at", sa.DateTime(timezone=True), nullable=True) for state in DUTY_STATES),
        sa.Column("chases", sa.BigInteger(), nullable=False),
        sa.Column("chased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"purpose IN {PURPOSES}", name=op.f("ck_deletion_duty_purpose_known")),
        sa.CheckConstraint(f"state IN {DUTY_STATES}", name=op.f("ck_deletion_duty_state_known")),
        *(
            sa.CheckConstraint(
                f"state <> '{state}' OR {state}_at IS NOT NULL", name=op.f(f"ck_deletion_duty_{state}_has_moment")
            )
            for state in DUTY_STATES
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_deletion_duty_clinic_id"),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name="fk_deletion_duty_lead_id"),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name="fk_deletion_duty_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deletion_duty"),
    )
    is_open = {"postgresql_where": sa.text("state = 'asked'")}
    op.create_index("uq_deletion_duty_open", "deletion_duty", ["lead_id", "purpose"], unique=True, **is_open)
    op.create_index("ix_deletion_duty_asked_at_open", "deletion_duty", ["asked_at"], **is_open)
    op.create_index("ix_deletion_duty_clinic_id_open", "deletion_duty", ["clinic_id"], **is_open)
    op.create_index("ix_deletion_duty_request_id", "deletion_duty", ["request_id"])


def downgrade() -> None:
    """One text a clinic again: the newest that was given, and when the whole of it ended."""
    lock_at_once("clinic", "quote_request")
    _make_texts()
    with separate_transactions():
        in_batches(ONE_TEXT.format(which="first.id > :after AND first.id <= :upto"), table="consent")
        op.execute("ANALYZE consent_text")
    lock_at_once(*LOCKED, "deletion_duty")
    op.execute(OUTDATED)
    op.execute(ONE_TEXT.format(which=NOT_WRITTEN))
    op.drop_column("consent_text", "rows")
    op.execute("DROP TRIGGER lead_needs_consent ON lead")
    op.execute("DROP FUNCTION lead_needs_consent()")
    _rename("consent_text")
    op.execute(STOOD)
    names = ["request_id", "clinic_id"]
    op.create_foreign_key("fk_lead_request_id_clinic_id", "lead", "consent", names, names)
    op.drop_table("deletion_duty")


def _make_texts() -> None:
    op.execute("DROP TABLE IF EXISTS consent_text")  # of a run that was cut off
    op.create_table(
        "consent_text",
        *_key_and_whose(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("with_health", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_text"),
        sa.UniqueConstraint("request_id", "clinic_id", name="uq_consent_request_id_clinic_id"),
    )
    _point_to_owners("consent_text")
