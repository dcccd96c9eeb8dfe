"""price ranges and guides move the version of the market, too: who has read the content reads it once"""

from alembic import op

from migrations.online import lock_at_once

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

WRITTEN = ("price_range", "guide")


def upgrade() -> None:
    lock_at_once(*WRITTEN)
    for table in WRITTEN:
        op.execute(
            f"CREATE TRIGGER market_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION market_changed()"
        )


def downgrade() -> None:
    lock_at_once(*WRITTEN)
    for table in WRITTEN:
        op.execute(f"DROP TRIGGER market_changed ON {table}")
