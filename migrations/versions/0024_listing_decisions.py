"""an operator's decision about a listing is a row: why, by whom and when, and what the clinic answered"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Whoever decided is in the audit log; a listing that was only read into the database has no such entry.
FILL = """
INSERT INTO listing_decision (id, clinic_id, kind, reason, statement, decided_by, decided_at, answer)
SELECT gen_random_uuid(), clinic.id, kind, listing_reason, coalesce(listing_statement, ''), coalesce(actor, 'system'),
    coalesce(at, decided.moment, now()), listing_answer
FROM clinic
CROSS JOIN LATERAL (SELECT
    CASE WHEN listing_state = 'suspended' THEN 'suspended' ELSE 'sent_back' END AS kind,
    CASE WHEN listing_state = 'suspended' THEN suspended_at ELSE sent_back_at END AS moment,
    CASE WHEN listing_state = 'suspended' THEN 'ListingSuspended' ELSE 'ListingSentBack' END AS event) AS decided
LEFT JOIN LATERAL (SELECT actor, at FROM audit_entry
    WHERE audit_entry.clinic_id = clinic.id AND name = decided.event ORDER BY at DESC LIMIT 1) AS entry ON true
WHERE listing_reason <> ''
"""
FILL_BACK = """
UPDATE clinic SET listing_reason = decision.reason, listing_statement = decision.statement,
    listing_answer = decision.answer
FROM listing_decision AS decision WHERE decision.clinic_id = clinic.id AND decision.ended_at IS NULL
"""
UNSAID = "UPDATE clinic SET listing_reason = 'unknown' WHERE listing_state = 'suspended' AND listing_reason IS NULL"
COLUMNS = ("listing_reason", "listing_statement", "listing_answer")


def upgrade() -> None:
    # The site's version before fails at clinics until it is restarted.
    lock_at_once("clinic")
    op.create_table(
        "listing_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('sent_back', 'suspended')", name=op.f("ck_listing_decision_kind_known")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_listing_decision_has_reason")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_listing_decision_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_decision")),
    )
    op.create_index("ix_listing_decision_clinic_id", "listing_decision", ["clinic_id"])
    op.create_index(
        "uq_listing_decision_standing",
        "listing_decision",
        ["clinic_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute(FILL)
    op.drop_constraint(op.f("ck_clinic_suspended_has_reason"), "clinic")
    for name in COLUMNS:
        op.drop_column("clinic", name)


def downgrade() -> None:
    lock_at_once("clinic")
    for name in COLUMNS:
        op.add_column("clinic", sa.Column(name, sa.Text(), nullable=True))
    op.execute(FILL_BACK)
    op.execute(UNSAID)
    rule = "listing_state <> 'suspended' OR listing_reason IS NOT NULL"
    op.create_check_constraint(op.f("ck_clinic_suspended_has_reason"), "clinic", rule)
    op.drop_table("listing_decision")
