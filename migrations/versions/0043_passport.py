"""the treatment passport: what clinic and patient wrote of each session, and the codes that open it"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lock_at_once("quote_request", "lead")
    op.create_table(
        "session_record",
        *_of_request("session_record"),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("author IN ('clinic', 'patient')", name=op.f("ck_session_record_author_known")),
        sa.CheckConstraint("number BETWEEN 1 AND 12", name=op.f("ck_session_record_number_in_range")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_session_record_lead_id")),
        sa.UniqueConstraint(
            "request_id", "number", "author", name=op.f("uq_session_record_request_id_number_author")
        ),
    )
    op.create_index(op.f("ix_session_record_lead_id"), "session_record", ["lead_id"])
    op.create_table(
        "passport_code",
        *_of_request("passport_code"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "passport_look", *_of_request("passport_look"), sa.Column("at", sa.DateTime(timezone=True), nullable=False)
    )
    for table in ("passport_code", "passport_look"):
        op.create_index(f"ix_{table}_request_id", table, ["request_id"])


def downgrade() -> None:
    tables = ("session_record", "passport_code", "passport_look")
    lock_at_once("quote_request", "lead", *tables)
    for name in tables:
        op.drop_table(name)


def _of_request(table: str) -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name=op.f(f"fk_{table}_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
