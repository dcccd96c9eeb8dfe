"""a treatment holds its own particulars, and a request knows the treatment it is about"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.online import separate_transactions, constrain, in_batches

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Of those that named no procedure there was one treatment to be unsure about.
FILL = """
UPDATE quote_request SET treatment_id = coalesce(
    (SELECT procedure.treatment_id FROM procedure WHERE procedure.id = quote_request.procedure_id),
    (SELECT treatment.id FROM treatment ORDER BY treatment.id LIMIT 1)
)
WHERE quote_request.id > :after AND quote_request.id <= :upto AND state <> 'erased' AND treatment_id IS NULL
"""
EMPTY = (
    "CHECK (state <> 'erased' OR (health_sealed IS NULL AND name_sealed IS NULL AND contact_sealed IS NULL"
    " AND questions_sealed IS NULL AND email_hash IS NULL{treatment} AND procedure_id IS NULL AND concern IS NULL"
    " AND home_country IS NULL AND destinations = '{{}}' AND timing IS NULL AND month_from IS NULL"
    " AND month_to IS NULL AND trips IS NULL AND budget_amount IS NULL AND languages = '{{}}'))"
)
NOTHING_LEFT = "ck_quote_request_nothing_left_once_erased"
HAS_TREATMENT = "ck_quote_request_sent_has_treatment"
TREATMENT = "fk_quote_request_treatment_id"


def upgrade() -> None:
    op.add_column("treatment", sa.Column("position", sa.Integer(), nullable=True), if_not_exists=True)
    json = sa.Column("particulars", postgresql.JSONB(), nullable=True)
    op.add_column("treatment", json, if_not_exists=True)
    op.add_column("quote_request", sa.Column("treatment_id", sa.Uuid(), nullable=True), if_not_exists=True)
    with separate_transactions():
        in_batches(FILL, table="quote_request")
        constrain("quote_request", TREATMENT, "FOREIGN KEY (treatment_id) REFERENCES treatment (id)")
        constrain("quote_request", NOTHING_LEFT, EMPTY.format(treatment=" AND treatment_id IS NULL"))
        constrain(
            "quote_request", HAS_TREATMENT, "CHECK (state IN ('draft', 'erased') OR treatment_id IS NOT NULL)"
        )


def downgrade() -> None:
    with separate_transactions():
        constrain("quote_request", NOTHING_LEFT, EMPTY.format(treatment=""))
    op.drop_constraint(op.f(HAS_TREATMENT), "quote_request")
    op.drop_column("quote_request", "treatment_id")
    op.drop_column("treatment", "particulars")
    op.drop_column("treatment", "position")
