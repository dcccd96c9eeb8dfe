"""a lead knows when and why the patient declined its quote"""

import sqlalchemy as sa
from alembic import op

from migrations.online import separate_transactions, constrain, in_batches

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

REASONS = ("price", "dates", "trips", "product", "person", "elsewhere", "not_now")


# Whoever lost by another's being chosen knows the state before; whoever does not was declined.
DECLINED = """
UPDATE lead SET quote_declined_at = quote.not_chosen_at FROM quote
WHERE lead.id > :after AND lead.id <= :upto AND quote.lead_id = lead.id
    AND quote.state = 'not_chosen' AND lead.state = 'lost' AND lead.state_before_loss IS NULL
"""


def upgrade() -> None:
    words = ", ".join(f"'{reason}'" for reason in REASONS)
    moment = sa.Column("quote_declined_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("lead", moment, if_not_exists=True)
    op.add_column("lead", sa.Column("quote_decline_reason", sa.Text(), nullable=True), if_not_exists=True)
    with separate_transactions():
        constrain("lead", "ck_lead_quote_decline_reason_known", f"CHECK (quote_decline_reason IN ({words}))")
        in_batches(DECLINED, table="lead")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_lead_quote_decline_reason_known"), "lead")
    op.drop_column("lead", "quote_decline_reason")
    op.drop_column("lead", "quote_declined_at")
