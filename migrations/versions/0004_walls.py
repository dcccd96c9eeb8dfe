"""what the walls stand on: whose face it is, and one door to the queue"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WHOSE = """
CREATE FUNCTION app_{what}() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.{what}_id', true), '')::uuid $$
"""
DEFER = "FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[])"
TAKE_DOWN = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);
    END LOOP;
    FOR found IN SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', found.relname);
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', found.relname);
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(WHOSE.format(what="clinic"))
    op.execute(WHOSE.format(what="request"))
    # With the owner's rights: no face needs any of its own on the queue's tables.
    op.execute(f"ALTER {DEFER} SECURITY DEFINER SET search_path = public, pg_temp")


def downgrade() -> None:
    op.execute(TAKE_DOWN)
    op.execute(f"ALTER {DEFER} SECURITY INVOKER RESET ALL")
    op.execute("DROP FUNCTION app_clinic()")
    op.execute("DROP FUNCTION app_request()")
