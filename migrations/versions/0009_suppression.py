"""mail waits as long as it must"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("email", sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("email", "again_at")
