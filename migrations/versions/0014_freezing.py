"""leads freeze while their clinic may not go on; clocks know when they were started"""

import sqlalchemy as sa
from alembic import op

from migrations.online import separate_transactions, constrain, forbid_null, in_batches, lock_at_once

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = "'new', 'opened', 'asked', 'quoted', 'declined', 'lapsed', 'won', 'lost', 'revoked'"
OPEN = "'new', 'opened', 'asked', 'quoted', 'lapsed'"
AT_STOPPED = (
    f"lead.state IN ({OPEN}) AND quote_request.id = lead.request_id AND quote_request.state IN ('open', 'paused')"
    " AND clinic.id = lead.clinic_id AND clinic.listing_state IN ('suspended', 'closed')"
)
# What is left of the time; where the patient pauses, none of it has been used since.
LEFT = (
    "greatest(0, extract(epoch FROM lead.due_at - CASE WHEN quote_request.state = 'paused'"
    " THEN greatest(quote_request.paused_at, lead.clock_started_at) ELSE now() END))::bigint"
)


STARTED = """
UPDATE lead SET clock_started_at = coalesce(new_at, created_at)
WHERE id > :after AND id <= :upto AND clock_started_at IS NULL
"""
UNDO = """
UPDATE quote_request SET undo_until = chosen_at + interval '48 hours'
WHERE id > :after AND id <= :upto AND chosen_at IS NOT NULL
"""
RULES = {
    "state_known": f"state IN ({BEFORE}, 'frozen')",
    "frozen_has_moment": "state <> 'frozen' OR frozen_at IS NOT NULL",
    "frozen_knows_its_state": "state <> 'frozen' OR state_before_freeze IS NOT NULL",
}


def upgrade() -> None:
    _add_columns()
    with separate_transactions():
        in_batches(STARTED, table="lead")
        forbid_null("lead", "clock_started_at")
        for name, rule in RULES.items():
            constrain("lead", f"ck_lead_{name}", f"CHECK ({rule})")
        op.execute("ALTER TABLE quote_request ADD COLUMN IF NOT EXISTS undo_until timestamptz")
        in_batches(UNDO, table="quote_request")
        op.execute("ALTER TABLE lead ALTER clock_started_at DROP DEFAULT, ALTER frozen_seconds DROP DEFAULT")
    _freeze_at_stopped_clinics()


def _add_columns() -> None:
    """Leads that arrive meanwhile start their clock now; those that are there wait for the batches."""
    moment = sa.DateTime(timezone=True)
    for column in (
        sa.Column("frozen_at", moment, nullable=True),
        sa.Column("clock_started_at", moment, nullable=True),
        sa.Column("state_before_freeze", sa.Text(), nullable=True),
        sa.Column("frozen_seconds", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("warned_at", moment, nullable=True),
    ):
        op.add_column("lead", column, if_not_exists=True)
    op.alter_column("lead", "clock_started_at", server_default=sa.func.now())


def _freeze_at_stopped_clinics() -> None:
    """Their patients were told of the suspension when it happened; checks that ended are for the timer, which tells."""
    # In the order in which the site locks: clinics first.
    op.execute("SELECT FROM clinic WHERE listing_state IN ('suspended', 'closed') ORDER BY id FOR UPDATE")
    op.execute(
        "UPDATE quote SET state = 'withdrawn', withdrawn_at = now() FROM lead, quote_request, clinic"
        f" WHERE quote.lead_id = lead.id AND quote.state = 'held' AND {AT_STOPPED}"
    )
    op.execute(
        f"UPDATE clinic SET leads_sent = greatest(0, leads_sent - (SELECT count(*) FROM lead, quote_request"
        f" WHERE lead.answered_at IS NULL AND {AT_STOPPED})) WHERE listing_state IN ('suspended', 'closed')"
    )
    op.execute(
        "UPDATE lead SET state_before_freeze = lead.state, state = 'frozen', frozen_at = now(),"
        f" time_left = CASE WHEN lead.state IN ('new', 'opened') THEN {LEFT} ELSE lead.time_left END"
        f" FROM quote_request, clinic WHERE {AT_STOPPED}"
    )


def downgrade() -> None:
    lock_at_once("lead", "quote_request")
    op.execute(
        "UPDATE lead SET state = state_before_freeze, due_at = CASE WHEN state_before_freeze IN ('new', 'opened')"
        " THEN now() + time_left * interval '1 second' ELSE due_at END WHERE state = 'frozen'"
    )
    for name in ("frozen_knows_its_state", "frozen_has_moment", "state_known"):
        op.drop_constraint(op.f(f"ck_lead_{name}"), "lead")
    op.create_check_constraint(op.f("ck_lead_state_known"), "lead", f"state IN ({BEFORE})")
    op.drop_column("quote_request", "undo_until")
    for name in ("warned_at", "frozen_seconds", "state_before_freeze", "clock_started_at", "frozen_at"):
        op.drop_column("lead", name)
