"""what an answer was before its patient changed it"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lock_at_once("quote_request")
    op.create_table(
        "earlier_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name=op.f("fk_earlier_answer_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_answer")),
    )
    op.create_index("ix_earlier_answer_request_id_at", "earlier_answer", ["request_id", "at"])


def downgrade() -> None:
    lock_at_once("quote_request", "earlier_answer")
    op.drop_table("earlier_answer")
