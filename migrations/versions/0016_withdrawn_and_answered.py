"""a quote says why it was withdrawn, a listing what its clinic answered when it was sent back"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quote", sa.Column("withdraw_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        "ck_quote_withdraw_reason_known",
        "quote",
        "withdraw_reason IN ('mistake', 'price', 'no_dates', 'cannot_treat')",
    )
    op.add_column("clinic", sa.Column("listing_answer", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("clinic", "listing_answer")
    op.drop_constraint("ck_quote_withdraw_reason_known", "quote", type_="check")
    op.drop_column("quote", "withdraw_reason")
