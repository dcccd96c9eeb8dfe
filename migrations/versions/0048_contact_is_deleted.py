"""a clinic is also asked to delete the contact details of a choice that was undone"""

from alembic import op

from migrations.online import constrain, separate_transactions

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

NAME = "ck_deletion_duty_purpose_known"


def upgrade() -> None:
    with separate_transactions():
        constrain("deletion_duty", NAME, "CHECK (purpose IN ('request', 'health', 'photos', 'contact'))")


def downgrade() -> None:
    with separate_transactions():
        op.execute("DELETE FROM deletion_duty WHERE purpose = 'contact'")
        constrain("deletion_duty", NAME, "CHECK (purpose IN ('request', 'health', 'photos'))")
