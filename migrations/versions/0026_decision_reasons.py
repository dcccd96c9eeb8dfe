"""a decision on a listing has one or more reasons"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.online import lock_at_once

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The site's version before fails at decisions until it is restarted.
    lock_at_once("listing_decision")
    op.add_column("listing_decision", sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=True))
    op.execute("UPDATE listing_decision SET reasons = ARRAY[reason]")
    op.alter_column("listing_decision", "reasons", nullable=False)
    op.drop_constraint(op.f("ck_listing_decision_has_reason"), "listing_decision")
    op.drop_column("listing_decision", "reason")
    op.create_check_constraint(op.f("ck_listing_decision_has_reason"), "listing_decision", "cardinality(reasons) > 0")


def downgrade() -> None:
    """Keeps the first reason of each decision; the columns of before hold one."""
    lock_at_once("listing_decision")
    op.add_column("listing_decision", sa.Column("reason", sa.Text(), nullable=True))
    op.execute("UPDATE listing_decision SET reason = reasons[1]")
    op.alter_column("listing_decision", "reason", nullable=False)
    op.drop_constraint(op.f("ck_listing_decision_has_reason"), "listing_decision")
    op.drop_column("listing_decision", "reasons")
    op.create_check_constraint(op.f("ck_listing_decision_has_reason"), "listing_decision", "reason <> ''")
