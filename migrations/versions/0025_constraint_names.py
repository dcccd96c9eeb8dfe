"""two CHECKs are called as the models call them"""

from alembic import op

from migrations.online import lock_at_once

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

RENAMED = (
    ("photo", "ck_photo_ck_photo_four_at_most", "ck_photo_four_at_most"),
    ("suppression", "ck_suppression_ck_suppression_reason_known", "ck_suppression_reason_known"),
)


def upgrade() -> None:
    for table, before, after in RENAMED:
        lock_at_once(table)
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}")


def downgrade() -> None:
    for table, before, after in RENAMED:
        lock_at_once(table)
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {after} TO {before}")
