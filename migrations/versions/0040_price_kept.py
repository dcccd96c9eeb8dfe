"""whether the price was kept: one answer a request, and a number a clinic and month that stays"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ANSWERS = "'yes', 'more', 'not_gone'"


def upgrade() -> None:
    lock_at_once("quote_request", "clinic")
    op.create_table(
        "price_answer",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("paid_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"answer IN ({ANSWERS})", name=op.f("ck_price_answer_answer_known")),
        sa.CheckConstraint(
            "answer = 'more' OR paid_sealed IS NULL", name=op.f("ck_price_answer_paid_only_where_more")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name=op.f("fk_price_answer_request_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_price_answer_clinic_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_price_answer")),
    )
    op.create_table(
        "price_month",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("kept", "raised", "not_gone")),
        sa.CheckConstraint("kept >= 0 AND raised >= 0 AND not_gone >= 0", name=op.f("ck_price_month_counted")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_price_month_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "month", name=op.f("pk_price_month")),
    )


def downgrade() -> None:
    lock_at_once("quote_request", "clinic", "price_answer", "price_month")
    op.drop_table("price_month")
    op.drop_table("price_answer")
