"""Leads, their messages, and the record of why each clinic was or was not proposed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base, Created, key, one_of, state_checks
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.leads.states import (
    DUTY_MOVES,
    LEAD_DECLINE_REASONS,
    LEAD_MOVES,
    QUOTE_DECLINE_REASONS,
    TABS,
    DutyState,
    LeadState,
)
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import DELETABLE

UNREAD = "unread_messages > 0 AND inbox_tab <> 'closed'"


class Lead(Created, Base):
    """One request at one clinic, with the clock for its answer."""

    __tablename__ = "lead"
    __table_args__ = (
        *state_checks(LeadState),
        UniqueConstraint("request_id", "clinic_id"),
        # No lead without a consent that names its clinic: the trigger lead_needs_consent.
        CheckConstraint(
            "state <> 'declined' OR decline_reason IS NOT NULL",
            name="declined_has_reason",
        ),
        CheckConstraint(
            "state <> 'frozen' OR state_before_freeze IS NOT NULL",
            name="frozen_knows_its_state",
        ),
        one_of("decline_reason", LEAD_DECLINE_REASONS),
        one_of("quote_decline_reason", QUOTE_DECLINE_REASONS),
        one_of("inbox_tab", tuple(TABS)),
        Index("ix_lead_clinic_id_state_due_at", "clinic_id", "state", "due_at"),
        Index("ix_lead_inbox", "clinic_id", "inbox_tab", "due_at", "id", postgresql_where="inbox_tab IS NOT NULL"),
        Index("ix_lead_inbox_unread", "clinic_id", "due_at", "id", postgresql_where=UNREAD),
        Index("ix_lead_inbox_tab_unread", "clinic_id", "inbox_tab", "due_at", "id", postgresql_where=UNREAD),
        Index(
            "ix_lead_due_at_waiting",
            "due_at",
            postgresql_where="state IN ('new', 'opened')",
        ),
    )

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    state: Mapped[LeadState] = mapped_column(TEXT, default=LeadState.NEW)
    new_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    quoted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]
    won_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    clock_started_at: Mapped[datetime] = mapped_column(default=clock.now)  # of the time that ends at `due_at`
    time_left: Mapped[int | None]  # seconds left while a question or a freeze stops the clock
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # first sent quote, question or decline
    decline_reason: Mapped[str | None]
    state_before_loss: Mapped[LeadState | None] = mapped_column(TEXT)  # an undone choice returns here
    state_before_freeze: Mapped[LeadState | None] = mapped_column(TEXT)  # a clinic that may go on again returns here
    quote_declined_at: Mapped[datetime | None]  # by the patient; none once that is undone
    quote_decline_reason: Mapped[str | None]
    frozen_seconds: Mapped[int] = mapped_column(default=0)  # before its first answer: no silence of the clinic's
    left_out_at: Mapped[datetime | None]  # its patient keeps its quotes out of the comparison
    changes_seen_at: Mapped[datetime | None]  # the clinic last saw which answers its patient had changed
    warned_at: Mapped[datetime | None]  # chosen, and its patient was told that the clinic may not go on

    # For the clinic's inbox, kept by triggers alone (`rebuild_inbox` makes them anew).
    held_until: Mapped[datetime | None]  # its quote that waits for its minutes goes out then
    unread_messages: Mapped[int] = mapped_column(default=0)  # of the patient, unread by the clinic
    is_gone: Mapped[bool] = mapped_column(default=False)  # its request is erased, and the clinic has nothing to delete
    inbox_tab: Mapped[str | None]  # none: frozen, or gone

    request: Mapped[QuoteRequest] = relationship()
    clinic: Mapped[Clinic] = relationship()

    @property
    def replied_in(self) -> timedelta | None:
        """Time from arrival to the first answer; None before it. What the clinic was frozen for does not count."""
        if self.answered_at is None or self.new_at is None:
            return None
        return self.answered_at - self.new_at - timedelta(seconds=self.frozen_seconds)


class DeletionDuty(Created, Base):
    """What one clinic is to delete of one request: consent to that purpose was revoked, or its choice undone."""

    __tablename__ = "deletion_duty"
    __table_args__ = (
        one_of("purpose", DELETABLE),
        *state_checks(DutyState),
        Index("uq_deletion_duty_open", "lead_id", "purpose", unique=True, postgresql_where="state = 'asked'"),
        Index("ix_deletion_duty_asked_at_open", "asked_at", postgresql_where="state = 'asked'"),
        Index("ix_deletion_duty_clinic_id_lead_id_open", "clinic_id", "lead_id", postgresql_where="state = 'asked'"),
    )

    id: Mapped[UUID] = key()
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"), index=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    purpose: Mapped[str]  # one of DELETABLE
    state: Mapped[DutyState] = mapped_column(TEXT, default=DutyState.ASKED)
    asked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]  # consent was given anew before the clinic had confirmed
    chases: Mapped[int] = mapped_column(default=0)
    chased_at: Mapped[datetime | None]  # the last time

    lead: Mapped[Lead] = relationship()
    clinic: Mapped[Clinic] = relationship()


class Message(Base):
    """A question, an answer or a reply between a clinic and a patient, sealed with the request's key."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("author", ("clinic", "patient")),
        CheckConstraint("author = 'clinic' OR NOT is_question AND account_id IS NULL", name="clinic_asks"),
        Index("ix_message_lead_id_unread", "lead_id", "author", postgresql_where="read_at IS NULL"),
    )

    id: Mapped[UUID] = key()
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), index=True)
    author: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # who of the clinic's team wrote it
    is_question: Mapped[bool] = mapped_column(default=False)  # the clinic's one question
    body_sealed: Mapped[bytes]
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # when the other side first opened it

    lead: Mapped[Lead] = relationship()


class RoutingProposal(Base):
    """What routing decided for the page of clinics that a patient was shown last; kept until the request is sent."""

    __tablename__ = "routing_proposal"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"), primary_key=True)
    # As the rows of routing_decision and routing_count will be.
    decisions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    counts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    policy: Mapped[str]
    decided_at: Mapped[datetime]


class RoutingDecision(Base):
    """Why one clinic was or was not proposed for one request."""

    __tablename__ = "routing_decision"
    __table_args__ = (
        one_of("outcome", ("proposed", "passed_over", "ineligible")),
        Index("ix_routing_decision_request_id_rank", "request_id", "rank"),
        Index("ix_routing_decision_outcomes", "clinic_id", "decided_at", postgresql_include=["outcome"]),
    )

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    outcome: Mapped[str]
    reason: Mapped[str]
    rank: Mapped[int]
    score: Mapped[dict[str, Any]] = mapped_column(JSONB)  # parts of the score, plain numbers
    policy: Mapped[str]
    decided_at: Mapped[datetime]

    clinic: Mapped[Clinic] = relationship()


class RoutingCount(Base):
    """How many further clinics were not proposed for a request, by reason."""

    __tablename__ = "routing_count"
    __table_args__ = (UniqueConstraint("request_id", "reason"),)

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    reason: Mapped[str]
    count: Mapped[int]
    policy: Mapped[str]
    decided_at: Mapped[datetime]


LEAD: Lifecycle[Lead, LeadState] = Lifecycle(Lead, LEAD_MOVES, refusal="lead_moved_on")
DUTY: Lifecycle[DeletionDuty, DutyState] = Lifecycle(DeletionDuty, DUTY_MOVES, refusal="deletion_duty_moved_on")


def move_back(lead: Lead, to: LeadState) -> None:
    """Moves a lead to a state it was in before; the first time's moment stays. Raises WrongState for no legal move."""
    first = getattr(lead, f"{to}_at")
    LEAD.move(lead, to)
    if first is not None:
        setattr(lead, f"{to}_at", first)
        db.session.flush()
