"""messages say who of the clinic wrote them, which is the one question, and when they were read"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ANSWERED = (
    "UPDATE message SET read_at = sent_at WHERE EXISTS (SELECT FROM message AS later"
    " WHERE later.lead_id = message.lead_id AND later.author <> message.author AND later.sent_at > message.sent_at)"
)


def upgrade() -> None:
    op.add_column("message", sa.Column("account_id", sa.Uuid(), nullable=True))
    op.add_column("message", sa.Column("is_question", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("message", "is_question", server_default=None)
    op.create_foreign_key("fk_message_account_id", "message", "account", ["account_id"], ["id"])
    # Until now a clinic could write nothing but its one question, and what was answered was read.
    op.execute("UPDATE message SET is_question = true WHERE author = 'clinic'")
    op.execute(ANSWERED)
    op.create_check_constraint(
        "ck_message_clinic_asks", "message", "author = 'clinic' OR NOT is_question AND account_id IS NULL"
    )
    op.create_index(
        "ix_message_lead_id_unread",
        "message",
        ["lead_id", "author"],
        postgresql_where=sa.text("read_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_lead_id_unread", "message")
    op.drop_constraint("ck_message_clinic_asks", "message", type_="check")
    op.drop_constraint("fk_message_account_id", "message", type_="foreignkey")
    for name in ("read_at", "is_question", "account_id"):
        op.drop_column("message", name)
