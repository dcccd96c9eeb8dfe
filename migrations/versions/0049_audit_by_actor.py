"""the audit log of an actor, or of a kind of them, is read from an index, newest first"""

from alembic import op

from migrations.online import build_index, separate_transactions

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with separate_transactions():
        build_index("ix_audit_entry_kind_at_id", "audit_entry", "(split_part(actor, ':', 1), at, id)")
        build_index("ix_audit_entry_actor_at_id", "audit_entry", "(actor, at, id) WHERE actor LIKE '%:%'")
        op.execute("ANALYZE audit_entry")  # what kinds there are is known of the index alone


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS ix_audit_entry_actor_at_id")
    op.execute("DROP INDEX IF EXISTS ix_audit_entry_kind_at_id")
