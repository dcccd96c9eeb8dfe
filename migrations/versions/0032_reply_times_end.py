"""a clinic's reply time has an end: when the first lead it counts is 90 days old it is counted anew"""

import sqlalchemy as sa
from alembic import op

from migrations.online import build_index, in_batches, lock_at_once, separate_transactions

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

FILL = """
UPDATE clinic SET reply_until = (
    SELECT min(new_at) + interval '90 days' FROM lead WHERE clinic_id = clinic.id AND new_at > now() - interval '90 days'
)
WHERE id > :after AND id <= :upto AND reply_minutes IS NOT NULL
"""
# What moves in clinic with every lead moves no version of public pages: the function of 0028 with one column more.
NOTE = """
    CREATE OR REPLACE FUNCTION public_page_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        here text := pg_current_xact_id()::text;
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'clinic' THEN
            NEW.leads_sent := OLD.leads_sent;
            NEW.leads_answered := OLD.leads_answered;
            NEW.reply_minutes := OLD.reply_minutes;
            {further}
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


def upgrade() -> None:
    lock_at_once("clinic")
    op.add_column("clinic", sa.Column("reply_until", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    op.execute(NOTE.format(further="NEW.reply_until := OLD.reply_until;"))
    with separate_transactions():
        in_batches(FILL, table="clinic")
        build_index("ix_clinic_reply_until", "clinic", "(reply_until) WHERE reply_until IS NOT NULL")


def downgrade() -> None:
    op.execute(NOTE.format(further=""))
    op.drop_column("clinic", "reply_until")
