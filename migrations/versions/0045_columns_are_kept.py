"""a patient keeps a quote out of the comparison, whatever device it is read on"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lock_at_once("lead")
    op.add_column("lead", sa.Column("left_out_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)


def downgrade() -> None:
    op.drop_column("lead", "left_out_at")
