"""what operators are to look at"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.online import lock_at_once

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = (
    *("price_outside_range", "impossible_plan", "doubtful_words", "contact_details", "pressure", "zero_total"),
    *("deletion_not_confirmed", "suspect_amount", "suspension_unconfirmed", "lead_reported"),
)
STATES = ("opened", "claimed", "decided")
OUTCOMES = ("fine", "dealt_with")


def _known(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    words = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({words})", name=op.f(f"ck_review_item_{column}_known"))


def upgrade() -> None:
    lock_at_once("account", "clinic", "quote_request")
    op.create_table(
        "review_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(f"{state}_at", sa.DateTime(timezone=True), nullable=True) for state in STATES),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        _known("kind", KINDS),
        _known("state", STATES),
        _known("outcome", OUTCOMES),
        *(
            sa.CheckConstraint(
                f"state <> '{state}' OR {state}_at IS NOT NULL", name=op.f(f"ck_review_item_{state}_has_moment")
            )
            for state in STATES
        ),
        sa.CheckConstraint(
            "state <> 'claimed' OR claimed_by IS NOT NULL", name=op.f("ck_review_item_claimed_by_someone")
        ),
        sa.CheckConstraint(
            "state <> 'decided' OR outcome IS NOT NULL", name=op.f("ck_review_item_decided_with_outcome")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_review_item_clinic_id")),
        sa.ForeignKeyConstraint(["request_id"], ["quote_request.id"], name=op.f("fk_review_item_request_id")),
        sa.ForeignKeyConstraint(["claimed_by"], ["account.id"], name=op.f("fk_review_item_claimed_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_review_item_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_item")),
    )
    waits = sa.text("state <> 'decided'")
    op.create_index(
        "uq_review_item_undecided", "review_item", ["kind", "subject_id"], unique=True, postgresql_where=waits
    )
    op.create_index("ix_review_item_opened_at_undecided", "review_item", ["opened_at"], postgresql_where=waits)
    op.create_index("ix_review_item_request_id", "review_item", ["request_id"])


def downgrade() -> None:
    lock_at_once("account", "clinic", "quote_request", "review_item")
    op.drop_table("review_item")
