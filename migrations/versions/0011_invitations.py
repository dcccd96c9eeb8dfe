"""owners invite people into their team"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATES = ("open", "accepted", "taken_back", "replaced", "lapsed")


def upgrade() -> None:
    words = ", ".join(f"'{state}'" for state in STATES)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(f"{state}_at", sa.DateTime(timezone=True), nullable=True) for state in STATES),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'member')", name=op.f("ck_invitation_role_known")),
        sa.CheckConstraint(f"state IN ({words})", name=op.f("ck_invitation_state_known")),
        *(
            sa.CheckConstraint(
                f"state <> '{state}' OR {state}_at IS NOT NULL", name=op.f(f"ck_invitation_{state}_has_moment")
            )
            for state in STATES
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_invitation_clinic_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["account.id"], name=op.f("fk_invitation_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["clinic_id", sa.text("lower(email)")],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_invitation_expires_at_open", "invitation", ["expires_at"], postgresql_where=sa.text("state = 'open'")
    )


def downgrade() -> None:
    op.drop_table("invitation")
