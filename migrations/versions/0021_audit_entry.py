"""the audit log's table is called what it is; the version before goes on by a view of the old name"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEXES = ("request_id_at", "clinic_id_at", "account_id_at", "at_id")
TRIGGERS = ("is_append_only", "is_not_emptied")
FORGET = """
    CREATE OR REPLACE FUNCTION audit_forget(most bigint, OUT up_to bigint, OUT entries bigint)
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
        DELETE FROM public.{table} AS entry USING public.audit_seal_entry AS member
        WHERE member.entry_id = entry.id AND member.seal_number <= up_to;
        GET DIAGNOSTICS entries = ROW_COUNT;
        DELETE FROM public.audit_seal_entry WHERE seal_number <= up_to;
        PERFORM set_config('audit.forgetting', 'off', true);
    END
    $$
"""
# Rights and row policies are those of whoever asks: the view gives nothing that the table does not. A role that was
# renamed already has rights by its new name only, or the old one could not be dropped.
VIEW = "CREATE VIEW timeline_entry WITH (security_invoker = true) AS SELECT * FROM audit_entry"
OPEN_VIEW = """
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN SELECT rolname FROM pg_roles
            WHERE rolname ~ '^(role|face)_(public|account|patient|clinic|operator|worker)$'
                AND (rolname LIKE 'role%' OR to_regrole(replace(rolname, 'face_', 'role_')) IS NULL)
        LOOP
            EXECUTE format('GRANT SELECT, INSERT ON timeline_entry TO %I', name);
        END LOOP;
    END $$
"""


def upgrade() -> None:
    _rename("timeline_entry", "audit_entry")
    op.execute(VIEW)
    op.execute(OPEN_VIEW)


def downgrade() -> None:
    op.execute("DROP VIEW timeline_entry")
    _rename("audit_entry", "timeline_entry")


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT pk_{old} TO pk_{new}")
    for index in INDEXES:
        op.execute(f"ALTER INDEX ix_{old}_{index} RENAME TO ix_{new}_{index}")
    for trigger in TRIGGERS:
        op.execute(f"ALTER TRIGGER {old}_{trigger} ON {new} RENAME TO {new}_{trigger}")
    op.execute(FORGET.format(table=new))
