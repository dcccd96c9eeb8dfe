"""the audit log is sealed in batches, and nobody rewrites it"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Whole batches go after 24 months by the database's own clock; whoever moves the app's clock moves nothing here.
FUNCTIONS = (
    """
    CREATE FUNCTION audit_is_past(sealed_in bigint) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT coalesce(current_setting('audit.forgetting', true), '') = 'on' AND EXISTS (
            SELECT 1 FROM public.audit_seal
            WHERE number = sealed_in AND at < clock_timestamp() - interval '24 months'
        )
    $$
    """,
    """
    CREATE FUNCTION audit_refuse() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    """
    CREATE FUNCTION audit_refuse_entry() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND public.audit_is_past(
            (SELECT seal_number FROM public.audit_seal_entry WHERE entry_id = OLD.id)
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    """
    CREATE FUNCTION audit_refuse_member() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND public.audit_is_past(OLD.seal_number) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    """
    CREATE FUNCTION audit_forget(most bigint, OUT up_to bigint, OUT entries bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        oldest bigint := (SELECT min(seal_number) FROM public.audit_seal_entry);
    BEGIN
        entries := 0;
        SELECT max(number) INTO up_to FROM public.audit_seal
        WHERE number >= oldest AND number < oldest + most AND at < clock_timestamp() - interval '24 months';
        IF up_to IS NULL THEN
            RETURN;
        END IF;
        PERFORM set_config('audit.forgetting', 'on', true);
        DELETE FROM public.timeline_entry USING public.audit_seal_entry AS member
        WHERE member.entry_id = timeline_entry.id AND member.seal_number <= up_to;
        GET DIAGNOSTICS entries = ROW_COUNT;
        DELETE FROM public.audit_seal_entry WHERE seal_number <= up_to;
        PERFORM set_config('audit.forgetting', 'off', true);
    END
    $$
    """,
)
NAMES = (
    "audit_forget(bigint)",
    "audit_refuse_member()",
    "audit_refuse_entry()",
    "audit_refuse()",
    "audit_is_past(bigint)",
)
GUARDS = {
    "timeline_entry": "audit_refuse_entry",
    "audit_seal_entry": "audit_refuse_member",
    "audit_seal": "audit_refuse",
}


def upgrade() -> None:
    op.create_index("ix_timeline_entry_at_id", "timeline_entry", ["at", "id"])
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_entry_id", sa.Uuid(), nullable=False),
        sa.Column("last_entry_id", sa.Uuid(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("entries_digest", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_seal"),
    )
    op.create_table(
        "audit_seal_entry",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("seal_number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_seal_entry"),
    )
    op.create_index("ix_audit_seal_entry_seal_number_entry_id", "audit_seal_entry", ["seal_number", "entry_id"])
    # Nothing has written it yet; what staff type about a request is sealed with it.
    op.drop_column("look", "reason")
    op.add_column("look", sa.Column("reason_sealed", sa.LargeBinary(), nullable=True))
    for function in FUNCTIONS:
        op.execute(function)
    op.execute("REVOKE EXECUTE ON FUNCTION audit_forget(bigint) FROM PUBLIC")
    for table, function in GUARDS.items():
        op.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
        # Also for a session that says it replays another server's changes.
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_append_only")
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_emptied")


def downgrade() -> None:
    op.drop_column("look", "reason_sealed")
    op.add_column("look", sa.Column("reason", sa.Text(), nullable=True))
    for kind in ("is_append_only", "is_not_emptied"):
        op.execute(f"DROP TRIGGER timeline_entry_{kind} ON timeline_entry")
    op.drop_table("audit_seal_entry")
    op.drop_table("audit_seal")
    for name in NAMES:
        op.execute(f"DROP FUNCTION {name}")
    op.drop_index("ix_timeline_entry_at_id", "timeline_entry")
