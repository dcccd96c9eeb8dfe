"""Check-ins after the first session, and the problems that patients told their clinics."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.aftercare.states import (
    CHECK_IN_MOVES,
    PLAN_MOVES,
    PROBLEM_MOVES,
    CheckInState,
    PlanState,
    ProblemState,
)
from marketplace.foundation.database.columns import Base, Created, key, state_checks
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.leads.models import Lead
from marketplace.quote_requests.models import QuoteRequest


class AftercarePlan(Created, Base):
    """Whether the patient of a chosen clinic is asked how it is, from the first session on; goes at the erasure."""

    __tablename__ = "aftercare_plan"
    __table_args__ = (
        *state_checks(PlanState),
        CheckConstraint("state <> 'running' OR first_session_on IS NOT NULL", name="running_with_day"),
        Index("ix_aftercare_plan_state", "state"),
        Index(
            "ix_aftercare_plan_price_unasked",
            "first_session_on",
            postgresql_where="state = 'running' AND price_asked_at IS NULL",
        ),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"), primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))  # of the clinic that was chosen
    state: Mapped[PlanState] = mapped_column(TEXT)
    undated_at: Mapped[datetime | None]
    running_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    first_session_on: Mapped[date | None]
    from_quote: Mapped[bool] = mapped_column(default=False)  # the day is the quote's, nobody has confirmed it
    asked_again_at: Mapped[datetime | None]  # for the day, once
    price_asked_at: Mapped[datetime | None]  # whether the price was kept, once

    request: Mapped[QuoteRequest] = relationship()
    lead: Mapped[Lead] = relationship()


class CheckIn(Base):
    """One question how it is, some weeks after the first session; its answer is sealed, and goes at the erasure."""

    __tablename__ = "check_in"
    __table_args__ = (
        *state_checks(CheckInState),
        UniqueConstraint("request_id", "week"),
        CheckConstraint("week BETWEEN 1 AND 52", name="week_in_range"),
        CheckConstraint("(state = 'answered') = (answer_sealed IS NOT NULL)", name="answered_with_answer"),
        Index("ix_check_in_due_at_planned", "due_at", postgresql_where="state = 'planned'"),
        Index("ix_check_in_asked_at_asked", "asked_at", postgresql_where="state = 'asked'"),
    )

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    week: Mapped[int]
    due_at: Mapped[datetime]
    state: Mapped[CheckInState] = mapped_column(TEXT, default=CheckInState.PLANNED)
    planned_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    answer_sealed: Mapped[bytes | None]  # the code of the answer, under the label check_in.answer_sealed

    request: Mapped[QuoteRequest] = relationship()


class Problem(Base):
    """A message of a patient that asks for an answer within a time; ids and moments only, so it outlives the words."""

    __tablename__ = "aftercare_problem"
    __table_args__ = (
        *state_checks(ProblemState),
        Index("uq_aftercare_problem_open", "lead_id", unique=True, postgresql_where="state IN ('told', 'overdue')"),
        Index("ix_aftercare_problem_due_at_told", "due_at", postgresql_where="state = 'told'"),
        Index("ix_aftercare_problem_clinic_id", "clinic_id"),
        Index("ix_aftercare_problem_request_id", "request_id"),
    )

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    state: Mapped[ProblemState] = mapped_column(TEXT, default=ProblemState.TOLD)
    told_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]

    lead: Mapped[Lead] = relationship()


PLAN: Lifecycle[AftercarePlan, PlanState] = Lifecycle(AftercarePlan, PLAN_MOVES, refusal="aftercare_moved_on")
CHECK_IN: Lifecycle[CheckIn, CheckInState] = Lifecycle(CheckIn, CHECK_IN_MOVES, refusal="check_in_moved_on")
PROBLEM: Lifecycle[Problem, ProblemState] = Lifecycle(Problem, PROBLEM_MOVES, refusal="problem_moved_on")
