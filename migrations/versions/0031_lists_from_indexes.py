"""the lists most asked for are read from their index alone, whichever condition most rows of it do not meet"""

from alembic import op

from migrations.online import build_index, separate_transactions

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# Table, index, order, and what is asked of a row beside it.
ORDERS = (
    ("clinic_card", "checks", "(checks_rank, shuffle)", "(clinic_id, country, languages, price_rank)"),
    ("clinic_card", "country_checks", "(country, checks_rank, shuffle)", "(clinic_id, languages, price_rank)"),
    ("clinic_offer", "checks", "(procedure_id, checks_rank, shuffle)", "(clinic_id, price_rank)"),
    ("clinic_offer", "country_checks", "(procedure_id, country, checks_rank, shuffle)", "(clinic_id, price_rank)"),
)
BY_REPLY = "(treatment_id, reply_rank, shuffle) WHERE is_lowest"


def upgrade() -> None:
    with separate_transactions():
        for table, name, order, beside in ORDERS:
            build_index(f"ix_{table}_{name}", table, f"{order} INCLUDE {beside}")
        build_index("ix_clinic_offer_treatment_reply", "clinic_offer", BY_REPLY)
        # An index answers alone for pages that are known to be visible to all.
        op.execute("VACUUM clinic_card, clinic_offer")


def downgrade() -> None:
    op.drop_index("ix_clinic_offer_treatment_reply", "clinic_offer")
    with separate_transactions():
        for table, name, order, _beside in ORDERS:
            build_index(f"ix_{table}_{name}", table, order)
