"""check-ins after the first session, problems told to a clinic, and what is published of its answers"""

import sqlalchemy as sa
from alembic import op

from migrations.online import constrain, lock_at_once, separate_transactions

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

PLAN_STATES = ("undated", "running", "stopped", "over")
CHECK_IN_STATES = ("planned", "asked", "answered", "missed", "cancelled")
PROBLEM_STATES = ("told", "answered", "overdue", "ended")
KINDS_BEFORE = (
    *("price_outside_range", "impossible_plan", "doubtful_words", "contact_details", "pressure", "zero_total"),
    *("deletion_not_confirmed", "suspect_amount", "suspension_unconfirmed", "lead_reported"),
)
KIND = "problem_unanswered"
TABLES = ("track_record", "aftercare_problem", "check_in", "aftercare_plan")


def upgrade() -> None:
    lock_at_once("quote_request", "clinic", "lead")
    op.add_column("quote_request", _moment("aftercare_until"), if_not_exists=True)
    for name in TABLES:
        op.execute(f"DROP TABLE IF EXISTS {name}")  # of a run that was cut off
    _make_plans()
    _make_check_ins()
    _make_problems()
    _make_track_records()
    with separate_transactions():
        constrain("review_item", "ck_review_item_kind_known", f"CHECK (kind IN ({_words((*KINDS_BEFORE, KIND))}))")


def downgrade() -> None:
    lock_at_once("quote_request", "clinic", "lead", *TABLES)
    for name in TABLES:
        op.drop_table(name)
    op.drop_column("quote_request", "aftercare_until")
    with separate_transactions():
        op.execute(f"DELETE FROM review_item WHERE kind = '{KIND}'")
        constrain("review_item", "ck_review_item_kind_known", f"CHECK (kind IN ({_words(KINDS_BEFORE)}))")


def _words(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _states(table: str, states: tuple[str, ...]) -> list[sa.Column | sa.CheckConstraint]:
    """The state, its moments, and the CHECKs that tie them."""
    ties = [
        sa.CheckConstraint(f"state <> '{state}' OR {state}_at IS NOT NULL", name=op.f(f"ck_{table}_{state}_has_moment"))
        for state in states
    ]
    known = sa.CheckConstraint(f"state IN ({_words(states)})", name=op.f(f"ck_{table}_state_known"))
    return [
        sa.Column("state", sa.Text(), nullable=False),
        *(_moment(f"{state}_at") for state in states),
        known,
        *ties,
    ]


def _whose(table: str, **owners: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    """Columns that point to rows of other tables."""
    columns = [sa.Column(name, sa.Uuid(), nullable=False) for name in owners]
    keys = [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=op.f(f"fk_{table}_{name}"))
        for name, other in owners.items()
    ]
    return [*columns, *keys]


def _make_plans() -> None:
    op.create_table(
        "aftercare_plan",
        *_whose("aftercare_plan", request_id="quote_request", lead_id="lead"),
        *_states("aftercare_plan", PLAN_STATES),
        sa.Column("first_session_on", sa.Date(), nullable=True),
        sa.Column("from_quote", sa.Boolean(), nullable=False),
        _moment("asked_again_at"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'running' OR first_session_on IS NOT NULL", name=op.f("ck_aftercare_plan_running_with_day")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_aftercare_plan")),
    )
    op.create_index("ix_aftercare_plan_state", "aftercare_plan", ["state"])


def _make_check_ins() -> None:
    op.create_table(
        "check_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_whose("check_in", request_id="quote_request"),
        sa.Column("week", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        *_states("check_in", CHECK_IN_STATES),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(state = 'answered') = (answer_sealed IS NOT NULL)", name=op.f("ck_check_in_answered_with_answer")
        ),
        sa.CheckConstraint("week BETWEEN 1 AND 52", name=op.f("ck_check_in_week_in_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("request_id", "week", name=op.f("uq_check_in_request_id_week")),
    )
    for column, state in (("due_at", "planned"), ("asked_at", "asked")):
        only = sa.text(f"state = '{state}'")
        op.create_index(f"ix_check_in_{column}_{state}", "check_in", [column], postgresql_where=only)


def _make_problems() -> None:
    op.create_table(
        "aftercare_problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_whose("aftercare_problem", request_id="quote_request", lead_id="lead", clinic_id="clinic"),
        *_states("aftercare_problem", PROBLEM_STATES),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        _moment("reminded_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aftercare_problem")),
    )
    for column in ("clinic_id", "request_id"):
        op.create_index(f"ix_aftercare_problem_{column}", "aftercare_problem", [column])
    told, waits = sa.text("state = 'told'"), sa.text("state IN ('told', 'overdue')")
    op.create_index("ix_aftercare_problem_due_at_told", "aftercare_problem", ["due_at"], postgresql_where=told)
    op.create_index(
        "uq_aftercare_problem_open", "aftercare_problem", ["lead_id"], unique=True, postgresql_where=waits
    )


def _make_track_records() -> None:
    counts = ("problems", "problems_answered", "prices_kept", "prices_raised")
    op.create_table(
        "track_record",
        *_whose("track_record", clinic_id="clinic"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counts),
        sa.Column("problem_minutes", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "problems_answered BETWEEN 0 AND problems", name=op.f("ck_track_record_answered_of_problems")
        ),
        sa.CheckConstraint("prices_kept >= 0 AND prices_raised >= 0", name=op.f("ck_track_record_prices_counted")),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_track_record")),
    )
