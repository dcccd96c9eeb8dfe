"""a lead knows its list in the clinic's inbox: kept by triggers on what decides it, read from indexes in the order due first"""

import sqlalchemy as sa
from alembic import op

from migrations.online import build_index, constrain, in_batches, lock_at_once, separate_transactions

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SEARCH_PATH = "SET search_path = pg_catalog, public, pg_temp"
TABS = "'new', 'waiting', 'quoted', 'won', 'closed'"
# Whoever has written a quote has answered, although it waits for its minutes. A frozen lead is in no list, nor one of which nothing is left.
TAB_OF = """
CREATE OR REPLACE FUNCTION inbox_tab_of(state text, held_until timestamptz, is_gone boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN is_gone AND state <> 'revoked' THEN NULL
        WHEN state IN ('new', 'opened', 'expired') THEN CASE WHEN held_until IS NULL THEN 'new' ELSE 'waiting' END
        WHEN state = 'asked' THEN 'waiting'
        WHEN state IN ('quoted', 'won') THEN state
        WHEN state IN ('declined', 'lost', 'revoked') THEN 'closed'
    END
$$
"""
HELD = "SELECT held_until FROM quote WHERE quote.lead_id = {lead} AND quote.state = 'held'"
UNREAD = "SELECT count(*) FROM message WHERE message.lead_id = {lead} AND author = 'patient' AND read_at IS NULL"
GONE = (
    "EXISTS (SELECT FROM quote_request AS request WHERE request.id = {request} AND request.state = 'erased')"
    " AND NOT EXISTS (SELECT FROM deletion_duty AS duty WHERE duty.lead_id = {lead} AND duty.state = 'asked')"
)
TRIGGER_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION place_in_inbox() RETURNS trigger LANGUAGE plpgsql {SEARCH_PATH} AS $$
BEGIN
    NEW.inbox_tab := inbox_tab_of(NEW.state, NEW.held_until, NEW.is_gone);
    RETURN NEW;
END
$$;
-- Each locks the lead before it looks: of two at once the second sees what the first has written.
CREATE OR REPLACE FUNCTION note_held_quote() RETURNS trigger LANGUAGE plpgsql {SEARCH_PATH} AS $$
DECLARE
    of_lead uuid := coalesce(NEW.lead_id, OLD.lead_id);
BEGIN
    IF 'held' IN (NEW.state, OLD.state) THEN
        PERFORM FROM lead WHERE id = of_lead FOR NO KEY UPDATE;
        UPDATE lead SET held_until = ({HELD.format(lead="of_lead")}) WHERE id = of_lead;
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION note_unread_messages() RETURNS trigger LANGUAGE plpgsql {SEARCH_PATH} AS $$
DECLARE
    of_lead uuid := coalesce(NEW.lead_id, OLD.lead_id);
BEGIN
    IF 'patient' IN (NEW.author, OLD.author) THEN
        PERFORM FROM lead WHERE id = of_lead FOR NO KEY UPDATE;
        UPDATE lead SET unread_messages = ({UNREAD.format(lead="of_lead")}) WHERE id = of_lead;
    END IF;
    RETURN NULL;
END
$$;
-- Who does not see the request knows nothing of it, and changes nothing.
CREATE OR REPLACE FUNCTION note_gone() RETURNS trigger LANGUAGE plpgsql {SEARCH_PATH} AS $$
DECLARE
    of_request uuid;
BEGIN
    IF TG_TABLE_NAME = 'quote_request' THEN
        of_request := NEW.id;
    ELSE
        of_request := coalesce(NEW.request_id, OLD.request_id);
    END IF;
    PERFORM FROM lead WHERE request_id = of_request ORDER BY id FOR NO KEY UPDATE;
    UPDATE lead SET is_gone = {GONE.format(lead="lead.id", request="of_request")}
    WHERE request_id = of_request AND EXISTS (SELECT FROM quote_request WHERE id = of_request)
    AND is_gone IS DISTINCT FROM ({GONE.format(lead="lead.id", request="of_request")});
    RETURN NULL;
END
$$
"""
REBUILD = f"""
CREATE OR REPLACE FUNCTION rebuild_inbox(after uuid, upto uuid) RETURNS bigint LANGUAGE plpgsql {SEARCH_PATH} AS $$
DECLARE
    changed bigint;
BEGIN
    PERFORM FROM lead WHERE id > after AND id <= upto ORDER BY id FOR NO KEY UPDATE;
    UPDATE lead SET held_until = fact.held_until, unread_messages = fact.unread_messages, is_gone = fact.is_gone,
        inbox_tab = inbox_tab_of(lead.state, fact.held_until, fact.is_gone)
    FROM (
        SELECT id, ({HELD.format(lead="own.id")}) AS held_until, ({UNREAD.format(lead="own.id")}) AS unread_messages,
            {GONE.format(lead="own.id", request="own.request_id")} AS is_gone
        FROM lead AS own WHERE id > after AND id <= upto
    ) AS fact
    WHERE lead.id = fact.id AND (lead.held_until, lead.unread_messages, lead.is_gone, lead.inbox_tab) IS DISTINCT FROM
        (fact.held_until, fact.unread_messages, fact.is_gone, inbox_tab_of(lead.state, fact.held_until, fact.is_gone));
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$
"""
TRIGGERS = {
    "place_in_inbox": ("lead", "BEFORE INSERT OR UPDATE OF state, held_until, is_gone ON lead FOR EACH ROW"),
    "note_held_quote": ("quote", "AFTER INSERT OR UPDATE OF state, held_until OR DELETE ON quote FOR EACH ROW"),
    "note_unread_messages": ("message", "AFTER INSERT OR UPDATE OF read_at OR DELETE ON message FOR EACH ROW"),
    "note_duty_for_inbox": ("deletion_duty", "AFTER INSERT OR UPDATE OF state OR DELETE ON deletion_duty FOR EACH ROW"),
    "note_erased_for_inbox": (
        "quote_request",
        "AFTER UPDATE OF state ON quote_request FOR EACH ROW"
        " WHEN (OLD.state IS DISTINCT FROM NEW.state AND 'erased' IN (OLD.state, NEW.state))",
    ),
}
FUNCTIONS = ("place_in_inbox", "note_held_quote", "note_unread_messages", "note_gone")
UNREAD_ONLY = "WHERE unread_messages > 0 AND inbox_tab <> 'closed'"
INDEXES = {
    "ix_lead_inbox": "(clinic_id, inbox_tab, due_at, id) WHERE inbox_tab IS NOT NULL",
    "ix_lead_inbox_unread": f"(clinic_id, due_at, id) {UNREAD_ONLY}",
    "ix_lead_inbox_tab_unread": f"(clinic_id, inbox_tab, due_at, id) {UNREAD_ONLY}",
}
OPEN_DUTIES = "WHERE state = 'asked'"


def upgrade() -> None:
    lock_at_once("quote_request", "quote", "lead", "message", "deletion_duty")
    for column in (
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unread_messages", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("is_gone", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("inbox_tab", sa.Text(), nullable=True),
    ):
        op.add_column("lead", column, if_not_exists=True)
    for statement in (TAB_OF, TRIGGER_FUNCTIONS, REBUILD):
        op.execute(statement)
    op.execute("REVOKE EXECUTE ON FUNCTION rebuild_inbox(uuid, uuid) FROM PUBLIC")
    for name, (_table, when) in TRIGGERS.items():
        function = name if name in FUNCTIONS else "note_gone"
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function}() FROM PUBLIC")
        op.execute(f"CREATE OR REPLACE TRIGGER {name} {when} EXECUTE FUNCTION {function}()")
    with separate_transactions():
        in_batches("SELECT rebuild_inbox(CAST(:after AS uuid), CAST(:upto AS uuid))", table="lead")
        constrain("lead", "ck_lead_inbox_tab_known", f"CHECK (inbox_tab IN ({TABS}))")
        for name, what in INDEXES.items():
            build_index(name, "lead", what)
        build_index("ix_deletion_duty_clinic_id_lead_id_open", "deletion_duty", f"(clinic_id, lead_id) {OPEN_DUTIES}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_deletion_duty_clinic_id_open")
        op.execute("ANALYZE lead")


def downgrade() -> None:
    lock_at_once("quote_request", "quote", "lead", "message", "deletion_duty")
    op.execute(f"CREATE INDEX IF NOT EXISTS ix_deletion_duty_clinic_id_open ON deletion_duty (clinic_id) {OPEN_DUTIES}")
    op.execute("DROP INDEX IF EXISTS ix_deletion_duty_clinic_id_lead_id_open")
    for name, (table, _when) in TRIGGERS.items():
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    op.execute("DROP FUNCTION IF EXISTS rebuild_inbox(uuid, uuid)")
    for column in ("inbox_tab", "is_gone", "unread_messages", "held_until"):
        op.drop_column("lead", column)
    op.execute("DROP FUNCTION IF EXISTS inbox_tab_of(text, timestamptz, boolean)")
