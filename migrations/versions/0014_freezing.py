"""leads freeze while their clinic may not go on; clocks know when they were started"""

import sqlalchemy as sa
from alembic import op

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


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("lead", sa.Column("frozen_at", moment, nullable=True))
    op.add_column("lead", sa.Column("clock_started_at", moment, nullable=True))
    op.add_column("lead", sa.Column("state_before_freeze", sa.Text(), nullable=True))
    op.add_column("lead", sa.Column("frozen_seconds", sa.BigInteger(), nullable=True))
    op.add_column("lead", sa.Column("warned_at", moment, nullable=True))
    op.add_column("quote_request", sa.Column("undo_until", moment, nullable=True))
    op.execute("UPDATE lead SET clock_started_at = coalesce(new_at, created_at), frozen_seconds = 0")
    op.alter_column("lead", "clock_started_at", nullable=False)
    op.alter_column("lead", "frozen_seconds", nullable=False)
    op.execute("UPDATE quote_request SET undo_until = chosen_at + interval '48 hours' WHERE chosen_at IS NOT NULL")
    op.drop_constraint(op.f("ck_lead_state_known"), "lead")
    op.create_check_constraint(op.f("ck_lead_state_known"), "lead", f"state IN ({BEFORE}, 'frozen')")
    op.create_check_constraint(
        op.f("ck_lead_frozen_has_moment"), "lead", "state <> 'frozen' OR frozen_at IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_lead_frozen_knows_its_state"), "lead", "state <> 'frozen' OR state_before_freeze IS NOT NULL"
    )
    _freeze_at_stopped_clinics()


def _freeze_at_stopped_clinics() -> None:
    """Their patients were told of the suspension when it happened; checks that ended are for the timer, which tells."""
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
