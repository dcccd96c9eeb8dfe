"""erasure empties everything and is listed; addresses of sign-ins are not kept"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ERASED = "(SELECT id FROM quote_request WHERE state = 'erased')"
EMPTIED = (
    "UPDATE quote_request SET health_sealed = NULL, name_sealed = NULL, contact_sealed = NULL, questions_sealed = NULL,"
    " email_hash = NULL, procedure_id = NULL, concern = NULL, home_country = NULL, destinations = '{}', timing = NULL,"
    " month_from = NULL, month_to = NULL, trips = NULL, budget_amount = NULL, budget_currency = NULL,"
    " budget_scope = NULL, languages = '{}', started_from_id = NULL WHERE state = 'erased'"
)
NOTHING_LEFT = (
    "state <> 'erased' OR (health_sealed IS NULL AND name_sealed IS NULL AND contact_sealed IS NULL"
    " AND questions_sealed IS NULL AND email_hash IS NULL AND procedure_id IS NULL AND concern IS NULL"
    " AND home_country IS NULL AND destinations = '{}' AND timing IS NULL AND month_from IS NULL"
    " AND month_to IS NULL AND trips IS NULL AND budget_amount IS NULL AND languages = '{}')"
)
SEALED_OF_EMAIL = ("recipient_sealed", "text_sealed", "html_sealed")


def upgrade() -> None:
    """What only locks rows or holds up writers comes first; what locks out readers comes last and is short."""
    op.create_table(
        "erasure",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_erasure")),
    )
    op.create_index("ix_erasure_pending", "erasure", ["request_id"], postgresql_where=sa.text("pending"))
    _empty_what_was_erased()
    op.create_index("ix_signed_link_expires_at", "signed_link", ["expires_at"])
    op.create_index("ix_form_token_at", "form_token", ["at"])
    op.create_index(
        "ix_email_created_at_with_text", "email", ["created_at"], postgresql_where=sa.text("text_sealed IS NOT NULL")
    )
    op.drop_column("account", "last_login_ip")
    op.drop_column("account", "current_login_ip")
    for column in SEALED_OF_EMAIL:
        op.alter_column("email", column, nullable=True)
    op.add_column("quote_request", sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quote_request", sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_quote_request_nothing_left_once_erased"), "quote_request", NOTHING_LEFT)


def _empty_what_was_erased() -> None:
    """What was erased so far lost its key only. Its emails cannot be read and are emptied when they are 90 days old."""
    op.execute(
        "INSERT INTO erasure (request_id, erased_at, pending)"
        " SELECT id, erased_at, false FROM quote_request WHERE state = 'erased'"
    )
    op.execute(f"DELETE FROM look WHERE request_id IN {ERASED}")
    op.execute(f"DELETE FROM signed_link WHERE subject_id IN {ERASED}")
    op.execute(f"DELETE FROM message WHERE lead_id IN (SELECT id FROM lead WHERE request_id IN {ERASED})")
    op.execute(
        "UPDATE quote SET message_sealed = NULL, answers_sealed = NULL, if_something_goes_wrong = NULL"
        f" WHERE request_id IN {ERASED}"
    )
    op.execute(EMPTIED)


def downgrade() -> None:
    op.add_column("account", sa.Column("current_login_ip", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("last_login_ip", sa.Text(), nullable=True))
    for name, table in (
        ("ix_email_created_at_with_text", "email"),
        ("ix_form_token_at", "form_token"),
        ("ix_signed_link_expires_at", "signed_link"),
    ):
        op.drop_index(name, table)
    op.drop_constraint(op.f("ck_quote_request_nothing_left_once_erased"), "quote_request")
    for column in SEALED_OF_EMAIL:
        op.execute(f"UPDATE email SET {column} = '' WHERE {column} IS NULL")
        op.alter_column("email", column, nullable=False)
    op.drop_column("quote_request", "kept_at")
    op.drop_column("quote_request", "announced_at")
    op.drop_table("erasure")
