"""a request may hold up to four photos, sealed with its key"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("picture_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 4", name="ck_photo_four_at_most"),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name="fk_photo_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
        sa.UniqueConstraint("request_id", "place", name="uq_photo_request_id_place"),
    )
    # What is sealed does not get smaller: the database need not try.
    op.execute("ALTER TABLE photo ALTER COLUMN picture_sealed SET STORAGE EXTERNAL")
    op.create_index("ix_photo_added_at", "photo", ["added_at"])


def downgrade() -> None:
    op.drop_table("photo")
