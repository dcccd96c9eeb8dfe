"""columns of emails and sessions are named as the field names them"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

RENAMED = {
    "email": {"again_at": "retry_at", "last_problem": "last_error", "ambiguous": "unclear_attempts"},
    "web_session": {"begun_at": "started_at", "latest_at": "absolute_expiry_at", "fresh_at": "authenticated_at"},
}


def upgrade() -> None:
    # Names only: no row is read. The site's version before fails at sessions and emails until it is restarted.
    for table, columns in RENAMED.items():
        for old, new in columns.items():
            op.alter_column(table, old, new_column_name=new)
    _rename_constraint("ends_by_its_latest", "ends_by_absolute_expiry")


def downgrade() -> None:
    _rename_constraint("ends_by_absolute_expiry", "ends_by_its_latest")
    for table, columns in RENAMED.items():
        for old, new in columns.items():
            op.alter_column(table, new, new_column_name=old)


def _rename_constraint(old: str, new: str) -> None:
    op.execute(f"ALTER TABLE web_session RENAME CONSTRAINT ck_web_session_{old} TO ck_web_session_{new}")
