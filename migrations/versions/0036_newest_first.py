"""operators read requests and emails newest first from an index, however many there are"""

from alembic import op

from migrations.online import build_index, separate_transactions

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

INDEXES = {"ix_quote_request_created_at_id": "quote_request", "ix_email_created_at_id": "email"}


def upgrade() -> None:
    with separate_transactions():
        for name, table in INDEXES.items():
            build_index(name, table, "(created_at, id)")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX IF EXISTS {name}")
