"""what readers pay for a session at home: amount, country, procedure and month"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lock_at_once("procedure")
    op.create_table(
        "own_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("ck_own_price_price_above_0")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_own_price_first_of_month")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_own_price_procedure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_price")),
    )
    op.create_index("ix_own_price_procedure_id_country_month", "own_price", ["procedure_id", "country", "month"])


def downgrade() -> None:
    op.drop_table("own_price")
