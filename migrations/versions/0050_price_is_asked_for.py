"""whether the price was kept is asked for once, after the first session"""

import sqlalchemy as sa
from alembic import op

from migrations.online import build_index, lock_at_once, separate_transactions

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

UNASKED = "(first_session_on) WHERE state = 'running' AND price_asked_at IS NULL"


def upgrade() -> None:
    lock_at_once("aftercare_plan")
    asked = sa.Column("price_asked_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("aftercare_plan", asked, if_not_exists=True)
    with separate_transactions():
        build_index("ix_aftercare_plan_price_unasked", "aftercare_plan", UNASKED)


def downgrade() -> None:
    lock_at_once("aftercare_plan")
    op.drop_column("aftercare_plan", "price_asked_at")
