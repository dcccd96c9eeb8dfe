"""the counts of listings, the names of treatments and the rates have a version: who has read it is sent nothing"""

import sqlalchemy as sa
from alembic import op

from migrations.online import lock_at_once

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

NAMED = ("treatment", "procedure", "reference_rate")
CHANGED = """
CREATE FUNCTION market_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE market_version SET version = gen_random_uuid();
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "market_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_version")),
    )
    # Counted by the first timer that runs.
    op.execute("INSERT INTO market_version VALUES (1, gen_random_uuid(), 'epoch')")
    op.execute(CHANGED)
    lock_at_once(*NAMED)
    for table in NAMED:
        op.execute(
            f"CREATE TRIGGER market_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION market_changed()"
        )


def downgrade() -> None:
    lock_at_once(*NAMED)
    op.execute("DROP FUNCTION market_changed() CASCADE")
    op.drop_table("market_version")
