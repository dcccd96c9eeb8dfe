"""the phrases that a patient shows in a clinic, by treatment and language"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.online import lock_at_once

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lock_at_once("treatment")
    op.create_table(
        "phrase_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("treatment_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("lines", JSONB(), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("sample_reviewed_on", sa.Date(), nullable=True),
        sa.Column("loaded_digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_on IS NULL)", name=op.f("ck_phrase_sheet_reviewed_by_somebody")
        ),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_phrase_sheet_treatment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase_sheet")),
        sa.UniqueConstraint("treatment_id", "language", name=op.f("uq_phrase_sheet_treatment_id_language")),
    )


def downgrade() -> None:
    op.drop_table("phrase_sheet")
