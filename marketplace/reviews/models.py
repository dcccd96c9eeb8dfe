"""Items that wait for an operator: what they are about, their states, and how they can end."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.foundation.database.columns import Base, key, one_of, state_checks


class ReviewKind(StrEnum):
    """Why something is to be looked at."""

    PRICE_OUTSIDE_RANGE = "price_outside_range"
    IMPOSSIBLE_PLAN = "impossible_plan"
    DOUBTFUL_WORDS = "doubtful_words"
    CONTACT_DETAILS = "contact_details"
    PRESSURE = "pressure"
    ZERO_TOTAL = "zero_total"
    DELETION_NOT_CONFIRMED = "deletion_not_confirmed"
    SUSPECT_AMOUNT = "suspect_amount"
    SUSPENSION_UNCONFIRMED = "suspension_unconfirmed"
    LEAD_REPORTED = "lead_reported"
    PROBLEM_UNANSWERED = "problem_unanswered"


class ReviewState(StrEnum):
    """Where an item stands."""

    OPENED = "opened"
    CLAIMED = "claimed"
    DECIDED = "decided"


REVIEW_MOVES = {
    ReviewState.OPENED: frozenset({ReviewState.CLAIMED, ReviewState.DECIDED}),
    ReviewState.CLAIMED: frozenset({ReviewState.OPENED, ReviewState.DECIDED}),
}


class Outcome(StrEnum):
    """What became of an item."""

    FINE = "fine"
    DEALT_WITH = "dealt_with"


Detail = dict[str, str | int]  # codes and numbers; never what a person typed


class ReviewItem(Base):
    """Something to look at: at most one undecided item for each kind and subject."""

    __tablename__ = "review_item"
    __table_args__ = (
        one_of("kind", ReviewKind),
        one_of("outcome", Outcome),
        *state_checks(ReviewState),
        CheckConstraint("state <> 'claimed' OR claimed_by IS NOT NULL", name="claimed_by_someone"),
        CheckConstraint("state <> 'decided' OR outcome IS NOT NULL", name="decided_with_outcome"),
        Index(
            "uq_review_item_undecided", "kind", "subject_id", unique=True, postgresql_where=text("state <> 'decided'")
        ),
        Index("ix_review_item_opened_at_undecided", "opened_at", postgresql_where=text("state <> 'decided'")),
        Index("ix_review_item_request_id", "request_id"),
    )

    id: Mapped[UUID] = key()
    kind: Mapped[ReviewKind] = mapped_column(TEXT)
    subject_id: Mapped[UUID]  # of the thing the kind is about: a quote, a lead, an amount's row
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("quote_request.id"))
    detail: Mapped[Detail] = mapped_column(JSONB, default=dict)
    state: Mapped[ReviewState] = mapped_column(TEXT)
    opened_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[Outcome | None] = mapped_column(TEXT)
    note: Mapped[str | None]  # the operator's own words
