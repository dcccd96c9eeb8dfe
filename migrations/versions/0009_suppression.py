"""mail waits as long as it must and stays away from who cannot or will not have it; forms are answered once"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("email", sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("email", sa.Column("account_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_email_account_id", "email", "account", ["account_id"], ["id"], ondelete="SET NULL")
    op.create_table(
        "suppression",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("reason IN ('bounce', 'complaint', 'unsubscribed')", name="ck_suppression_reason_known"),
        sa.ForeignKeyConstraint(["email_id"], ["email.id"], name="fk_suppression_email_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_suppression"),
    )
    op.create_index("ix_suppression_at", "suppression", ["at"])
    op.create_index(
        "uq_suppression_in_force",
        "suppression",
        ["address_hash", "reason", "scope"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "hook_receipt",
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("signature", name="pk_hook_receipt"),
    )
    # Tokens given out before are nobody's: used again, they answer 409 instead of creating a second thing.
    op.add_column("form_token", sa.Column("holder", sa.LargeBinary(), nullable=False, server_default=""))
    op.alter_column("form_token", "holder", server_default=None)
    op.add_column("form_token", sa.Column("ref", sa.Text(), nullable=True))
    op.add_column("form_token", sa.Column("data_key", sa.LargeBinary(), nullable=True))
    op.add_column("form_token", sa.Column("body_sealed", sa.LargeBinary(), nullable=True))
    op.create_index("ix_form_token_ref", "form_token", ["ref"])


def downgrade() -> None:
    op.drop_index("ix_form_token_ref", "form_token")
    for name in ("body_sealed", "data_key", "ref", "holder"):
        op.drop_column("form_token", name)
    op.drop_table("hook_receipt")
    op.drop_table("suppression")
    op.drop_constraint("fk_email_account_id", "email", type_="foreignkey")
    op.drop_column("email", "account_id")
    op.drop_column("email", "again_at")
