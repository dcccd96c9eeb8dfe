"""a quote knows when its patient asked for all that it does not state"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lock_at_once("quote")
    op.add_column("quote", sa.Column("missing_asked_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)


def downgrade() -> None:
    op.drop_column("quote", "missing_asked_at")
