"""a patient shows quotes to somebody they trust by a link that ends, and sees each look"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lock_at_once("quote_request")
    op.create_table(
        "read_only_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("wrong_codes", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("reader IN ('friend', 'doctor')", name=op.f("ck_read_only_link_reader_known")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_read_only_link_token_is_a_hash")),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name=op.f("fk_read_only_link_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_only_link")),
    )
    op.create_index("uq_read_only_link_token_hash", "read_only_link", ["token_hash"], unique=True)
    op.create_index("ix_read_only_link_request_id", "read_only_link", ["request_id"])
    op.create_table(
        "read_only_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('quotes', 'health')", name=op.f("ck_read_only_look_what_known")),
        sa.ForeignKeyConstraint(["link_id"], ["read_only_link.id"], name=op.f("fk_read_only_look_link_id")),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name=op.f("fk_read_only_look_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_only_look")),
    )
    op.create_index("ix_read_only_look_request_id_at", "read_only_look", ["request_id", "at"])


def downgrade() -> None:
    lock_at_once("quote_request", "read_only_link", "read_only_look")
    op.drop_table("read_only_look")
    op.drop_table("read_only_link")
