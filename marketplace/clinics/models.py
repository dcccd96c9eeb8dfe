"""A clinic, what is published of it, what was checked, and who works for it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, and_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.models import Procedure
from marketplace.clinics.states import (
    CHECK_MOVES,
    LISTING_MOVES,
    CheckKind,
    CheckState,
    DecisionKind,
    ListingState,
    TeamRole,
)
from marketplace.foundation.database.columns import Base, Created, key, one_of, state_checks
from marketplace.foundation.lifecycle import Lifecycle


class Clinic(Created, Base):
    """The business; its listing is what of it is published."""

    __tablename__ = "clinic"
    __table_args__ = (
        *state_checks(ListingState, column="listing_state"),
        CheckConstraint("daily_capacity >= 0 AND weekly_capacity >= 0", name="capacity_not_negative"),
        Index("ix_clinic_country_city", "country", "city"),
        Index("ix_clinic_reply_until", "reply_until", postgresql_where="reply_until IS NOT NULL"),
        Index("ix_clinic_languages", "languages", postgresql_using="gin"),
        Index(
            "ix_clinic_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
    )

    id: Mapped[UUID] = key()
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    country: Mapped[str]
    city: Mapped[str]
    address: Mapped[str]
    website: Mapped[str | None]
    email: Mapped[str]
    timezone: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    currency: Mapped[str]
    summary: Mapped[str]
    founded_year: Mapped[int | None]
    hours: Mapped[dict[str, str]] = mapped_column(JSONB)  # {"mon-fri": "09:00-18:00"}, local time
    products: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    accepts_countries: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # empty: every country
    target_reply_hours: Mapped[int]
    daily_capacity: Mapped[int]
    weekly_capacity: Mapped[int]
    is_sample: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str]  # lower case, without accents

    listing_state: Mapped[ListingState] = mapped_column(TEXT, default=ListingState.DRAFT)
    draft_at: Mapped[datetime | None]
    in_review_at: Mapped[datetime | None]
    sent_back_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    # Its own history, counted where a lead is made, answered, frozen or expires: routing and cards count no leads.
    leads_sent: Mapped[int] = mapped_column(default=0)
    leads_answered: Mapped[int] = mapped_column(default=0)
    reply_minutes: Mapped[int | None]  # median of the last 90 days, unanswered counted; from five leads on
    reply_until: Mapped[datetime | None]  # then the first lead it counts is 90 days old, and it is counted anew

    prices: Mapped[list["ClinicPrice"]] = relationship(back_populates="clinic", cascade="all, delete-orphan")
    people: Mapped[list["ClinicPerson"]] = relationship(cascade="all, delete-orphan", order_by="ClinicPerson.position")
    checks: Mapped[list["Check"]] = relationship(
        back_populates="clinic", cascade="all, delete-orphan", order_by="Check.position"
    )
    decisions: Mapped[list["ListingDecision"]] = relationship(
        cascade="all, delete-orphan", order_by="ListingDecision.decided_at"
    )

    @property
    def standing_decision(self) -> "ListingDecision | None":
        """The decision that holds: the newest, until the listing is published again."""
        return next((decision for decision in self.decisions if decision.ended_at is None), None)


class ClinicPrice(Base):
    """The clinic's own price for one session: minor units of its currency."""

    __tablename__ = "clinic_price"
    __table_args__ = (
        UniqueConstraint("clinic_id", "procedure_id"),
        CheckConstraint("0 < low AND low <= high", name="low_to_high"),
        CheckConstraint("(package_sessions IS NULL) = (package_price IS NULL)", name="package_whole"),
        Index("ix_clinic_price_procedure_id_low_eur", "procedure_id", "low_eur"),
    )

    id: Mapped[UUID] = key()
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    low: Mapped[int]
    high: Mapped[int]
    currency: Mapped[str]
    package_sessions: Mapped[int | None]
    package_price: Mapped[int | None]
    low_eur: Mapped[int]  # euro cents at the day's reference rate: for filters and budgets only, never shown
    listed_on: Mapped[date]

    clinic: Mapped[Clinic] = relationship(back_populates="prices")
    procedure: Mapped[Procedure] = relationship()


class ClinicPerson(Base):
    """A person who treats at the clinic."""

    __tablename__ = "clinic_person"
    __table_args__ = (one_of("role", ("dermatologist", "doctor", "nurse", "other")),)

    id: Mapped[UUID] = key()
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    role: Mapped[str]
    register_number: Mapped[str | None]


def _in_date_condition(check: "type[Check]", day: date) -> ColumnElement[bool]:
    return and_(check.state == CheckState.PASSED, check.expires_on >= day)


class Check(Base):
    """One verified claim: what was checked, by whom, when, until when."""

    __tablename__ = "clinic_check"
    __table_args__ = (
        *state_checks(CheckState),
        one_of("kind", CheckKind),
        UniqueConstraint("clinic_id", "kind"),
        CheckConstraint(
            "state <> 'passed' OR (expires_on IS NOT NULL AND checked_by IS NOT NULL)",
            name="passed_is_dated",
        ),
        Index("ix_clinic_check_expires_on", "expires_on"),
    )

    id: Mapped[UUID] = key()
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    kind: Mapped[CheckKind] = mapped_column(TEXT)
    position: Mapped[int]
    state: Mapped[CheckState] = mapped_column(TEXT, default=CheckState.MISSING)
    missing_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]
    evidence: Mapped[str | None]
    source: Mapped[str | None]
    checked_by: Mapped[str | None]  # role and initials

    clinic: Mapped[Clinic] = relationship(back_populates="checks")

    def _in_date(self, day: date) -> bool:
        return self.state == CheckState.PASSED and self.expires_on is not None and self.expires_on >= day

    # Whether it is passed and counts on a day, its last one included; `Check.in_date(day)` is the same as a condition.
    in_date = hybrid_method(_in_date, _in_date_condition)

    def state_on(self, day: date) -> CheckState:
        """Returns its state on a day: a passed check has expired once its last day is over, before a timer moves it."""
        over = self.state == CheckState.PASSED and not self.in_date(day)
        return CheckState.EXPIRED if over else self.state


class ListingDecision(Base):
    """A listing was sent back or suspended: why, by whom and when, and what the clinic answered."""

    __tablename__ = "listing_decision"
    __table_args__ = (
        one_of("kind", DecisionKind),
        CheckConstraint("cardinality(reasons) > 0", name="has_reason"),
        Index("uq_listing_decision_standing", "clinic_id", unique=True, postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[UUID] = key()
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), index=True)
    kind: Mapped[DecisionKind] = mapped_column(TEXT)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # codes of words/listing.py
    statement: Mapped[str]  # the operator's words, which the clinic reads
    decided_by: Mapped[str]  # as the audit log names who acts: operator:<id>
    decided_at: Mapped[datetime]
    answer: Mapped[str | None]  # the clinic's, before it is reviewed again
    ended_at: Mapped[datetime | None]  # by the next decision, or once the listing is published again


class Membership(Created, Base):
    """A person of a clinic's team."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("clinic_id", "account_id"),
        one_of("role", TeamRole),
    )

    id: Mapped[UUID] = key()
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[TeamRole] = mapped_column(TEXT)

    clinic: Mapped[Clinic] = relationship()


class ClinicLoad(Base):
    """How many requests a clinic took today and this week; one conditional statement moves both."""

    __tablename__ = "clinic_load"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    day: Mapped[date]
    day_taken: Mapped[int]
    week: Mapped[date]  # its Monday
    week_taken: Mapped[int]


LISTING: Lifecycle[Clinic, ListingState] = Lifecycle(
    Clinic, LISTING_MOVES, refusal="listing_moved_on", column="listing_state"
)
CHECK: Lifecycle[Check, CheckState] = Lifecycle(Check, CHECK_MOVES, refusal="check_moved_on")
