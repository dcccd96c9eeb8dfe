"""which requests are open too long, and how often each clinic was proposed, is read from indexes alone"""

from alembic import op

from migrations.online import build_index, separate_transactions

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

OLD, NEW = "ix_routing_decision_clinic_id_decided_at", "ix_routing_decision_outcomes"


def upgrade() -> None:
    with separate_transactions():
        build_index("ix_quote_request_open_at", "quote_request", "(open_at) WHERE state IN ('open', 'paused')")
        build_index(NEW, "routing_decision", "(clinic_id, decided_at) INCLUDE (outcome)")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {OLD}")


def downgrade() -> None:
    op.execute(f"CREATE INDEX IF NOT EXISTS {OLD} ON routing_decision (clinic_id, decided_at)")
    op.execute(f"DROP INDEX IF EXISTS {NEW}")
    op.execute("DROP INDEX IF EXISTS ix_quote_request_open_at")
