"""what public pages show has a version: caches keep a page until it moves"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# Which tables call it, and when: migrations/public_pages.py. What moves in clinic with every lead is on no page, or may be
# a minute old there. Noted once a transaction; a savepoint that is rolled back takes the note and its mark along.
NOTE = """
    CREATE FUNCTION public_page_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        here text := pg_current_xact_id()::text;
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'clinic' THEN
            NEW.leads_sent := OLD.leads_sent;
            NEW.leads_answered := OLD.leads_answered;
            NEW.reply_minutes := OLD.reply_minutes;
            IF NEW IS NOT DISTINCT FROM OLD THEN
                RETURN NULL;
            END IF;
        END IF;
        IF current_setting('app.public_change', true) IS DISTINCT FROM here THEN
            INSERT INTO public.public_change (id) VALUES (here::bigint);
            PERFORM set_config('app.public_change', here, true);
        END IF;
        RETURN NULL;
    END
    $$
"""
# At the commit, so that the one row all changes share is the last that a transaction locks.
MOVE = """
    CREATE FUNCTION public_version_moves() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        DELETE FROM public.public_change WHERE id = NEW.id;
        UPDATE public.public_version SET version = version + 1;
        PERFORM pg_notify('public_version', '');
        RETURN NULL;
    END
    $$
"""
AT_COMMIT = """
    CREATE CONSTRAINT TRIGGER public_version_moves AFTER INSERT ON public_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_version_moves()
"""
# Read with the owner's rights: also the login, which has not taken a role yet, may know the number.
VERSION = """
    CREATE FUNCTION public_page_version() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT version FROM public.public_version
    $$
"""


def upgrade() -> None:
    op.create_table(
        "public_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_public_version"),
        sa.CheckConstraint("id = 1", name=op.f("ck_public_version_one_row")),
    )
    op.execute("INSERT INTO public_version (id, version) VALUES (1, 1)")
    op.create_table(
        "public_change",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_public_change"),
        prefixes=["UNLOGGED"],
    )
    for statement in (NOTE, MOVE, AT_COMMIT, VERSION):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("public_change")
    op.execute("DROP FUNCTION public_page_version()")
    op.execute("DROP FUNCTION public_version_moves()")
    op.execute("DROP FUNCTION public_page_changed() CASCADE")
    op.drop_table("public_version")
