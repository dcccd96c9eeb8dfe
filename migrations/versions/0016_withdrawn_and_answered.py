"""a quote says why it was withdrawn, a listing what its clinic answered when it was sent back"""

import sqlalchemy as sa
from alembic import op

from migrations.online import separate_transactions, constrain, lock_at_once

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with separate_transactions():
        op.execute("ALTER TABLE quote ADD COLUMN IF NOT EXISTS withdraw_reason text")
        constrain(
            "quote",
            "ck_quote_withdraw_reason_known",
            "CHECK (withdraw_reason IN ('mistake', 'price', 'no_dates', 'cannot_treat'))",
        )
    op.add_column("clinic", sa.Column("listing_answer", sa.Text(), nullable=True))


def downgrade() -> None:
    lock_at_once("clinic", "quote")
    op.drop_column("clinic", "listing_answer")
    op.drop_constraint(op.f("ck_quote_withdraw_reason_known"), "quote", type_="check")
    op.drop_column("quote", "withdraw_reason")
