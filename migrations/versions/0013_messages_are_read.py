"""messages say who of the clinic wrote them, which is the one question, and when they were read"""

import sqlalchemy as sa
from alembic import op

from migrations.online import separate_transactions, build_index, constrain, in_batches, lock_at_once

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Until now a clinic could write nothing but its one question, and what was answered was read.
BACKFILL = """
UPDATE message SET is_question = message.author = 'clinic', read_at = CASE WHEN known.answered THEN message.sent_at END
FROM (
    SELECT id, EXISTS (
        SELECT FROM message AS later WHERE later.lead_id = message.lead_id AND later.author <> message.author
        AND later.sent_at > message.sent_at
    ) AS answered
    FROM message WHERE id > :after AND id <= :upto
) AS known
WHERE message.id = known.id AND (message.author = 'clinic' OR known.answered)
"""


def upgrade() -> None:
    op.add_column("message", sa.Column("account_id", sa.Uuid(), nullable=True), if_not_exists=True)
    is_question = sa.Column("is_question", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("message", is_question, if_not_exists=True)
    op.add_column("message", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    with separate_transactions():
        in_batches(BACKFILL, table="message")
        constrain("message", "fk_message_account_id", "FOREIGN KEY (account_id) REFERENCES account (id)")
        constrain(
            "message", "ck_message_clinic_asks", "CHECK (author = 'clinic' OR NOT is_question AND account_id IS NULL)"
        )
        build_index("ix_message_lead_id_unread", "message", "(lead_id, author) WHERE read_at IS NULL")
    op.alter_column("message", "is_question", server_default=None)
    op.execute("UPDATE message SET is_question = true WHERE author = 'clinic' AND NOT is_question")  # came meanwhile


def downgrade() -> None:
    lock_at_once("account", "message")
    op.drop_index("ix_message_lead_id_unread", "message")
    op.drop_constraint(op.f("ck_message_clinic_asks"), "message", type_="check")
    op.drop_constraint("fk_message_account_id", "message", type_="foreignkey")
    for name in ("read_at", "is_question", "account_id"):
        op.drop_column("message", name)
