"""A clinic's itemised answer; what is not stated stays empty and is shown so."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.models import Procedure
from marketplace.foundation.database.columns import Base, Created, key, one_of, state_checks
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.leads.models import Lead
from marketplace.quotes.states import QUOTE_MOVES, QUOTE_WITHDRAW_REASONS, QuoteState

ROLES = ("dermatologist", "doctor", "nurse", "other")


class Quote(Created, Base):
    """One version of a clinic's offer. Money in minor units of `currency`."""

    __tablename__ = "quote"
    __table_args__ = (
        *state_checks(QuoteState),
        one_of("practitioner_role", ROLES),
        one_of("withdraw_reason", QUOTE_WITHDRAW_REASONS),
        UniqueConstraint("request_id", "number"),
        CheckConstraint("total = sessions * price_per_session - discount", name="total_agrees"),
        CheckConstraint(
            "sessions BETWEEN 1 AND 12 AND trips BETWEEN 1 AND 12",
            name="sessions_in_range",
        ),
        CheckConstraint("nights_per_trip BETWEEN 0 AND 60", name="nights_in_range"),
        CheckConstraint("deposit BETWEEN 0 AND total AND discount >= 0", name="parts_of_total"),
        Index("uq_quote_one_held_per_lead", "lead_id", unique=True, postgresql_where="state = 'held'"),
        Index(
            "uq_quote_one_live_per_lead",
            "lead_id",
            unique=True,
            postgresql_where="state IN ('sent', 'chosen', 'not_chosen')",
        ),
        Index(
            "uq_quote_one_chosen_per_request",
            "request_id",
            unique=True,
            postgresql_where="state = 'chosen'",
        ),
        Index("ix_quote_state_held_until", "held_until", postgresql_where="state = 'held'"),
        Index("ix_quote_valid_until", "valid_until", postgresql_where="state = 'sent'"),
    )

    id: Mapped[UUID] = key()
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    number: Mapped[int]  # counts within the request: /quotes/<n>
    version: Mapped[int] = mapped_column(default=1)

    state: Mapped[QuoteState] = mapped_column(TEXT, default=QuoteState.HELD)
    held_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]
    chosen_at: Mapped[datetime | None]
    not_chosen_at: Mapped[datetime | None]
    withdraw_reason: Mapped[str | None]  # none: cancelled while it was pending
    held_until: Mapped[datetime]
    mailed_at: Mapped[datetime | None]  # told to the patient, alone or in a group
    missing_asked_at: Mapped[datetime | None]  # its patient asked for all that it does not state

    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    sessions: Mapped[int]
    price_per_session: Mapped[int]
    currency: Mapped[str]
    discount: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    product: Mapped[str]
    product_sealed: Mapped[bool | None]  # the sealed vial is shown; none: not stated
    practitioner_role: Mapped[str]
    practitioner_name: Mapped[str | None]
    practitioner_register: Mapped[str | None]
    trips: Mapped[int]
    nights_per_trip: Mapped[int]
    session_gap_weeks: Mapped[int | None]
    deposit: Mapped[int]
    deposit_refundable_until: Mapped[date | None]
    refund_if_refused: Mapped[bool | None]
    valid_until: Mapped[date]
    included: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    excluded: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    price_may_change_by: Mapped[int | None]
    if_something_goes_wrong: Mapped[str | None]
    taxes_included: Mapped[bool | None]
    earliest_date: Mapped[date | None]
    message_sealed: Mapped[bytes | None]
    answers_sealed: Mapped[bytes | None]  # one text a question

    lead: Mapped[Lead] = relationship()
    procedure: Mapped[Procedure] = relationship()

    @property
    def written_at(self) -> datetime:
        """When the clinic wrote it: what is changed later it did not know."""
        return self.held_at or self.created_at


QUOTE: Lifecycle[Quote, QuoteState] = Lifecycle(Quote, QUOTE_MOVES, refusal="quote_moved_on")
