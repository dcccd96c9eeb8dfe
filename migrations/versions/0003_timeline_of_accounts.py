"""what happens to accounts is on the timeline, too"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("timeline_entry", sa.Column("account_id", sa.Uuid(), nullable=True))
    op.create_index("ix_timeline_entry_account_id_at", "timeline_entry", ["account_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_timeline_entry_account_id_at", "timeline_entry")
    op.drop_column("timeline_entry", "account_id")
