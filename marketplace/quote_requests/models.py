"""A patient's request: what was asked in the open columns, who and how well in the sealed ones."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.models import Procedure, Treatment
from marketplace.clinics.models import Clinic
from marketplace.foundation.database.columns import Base, Created, key, one_of, state_checks
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.foundation.security.sealed import Box
from marketplace.quote_requests.answer_table import CODED_CHOICES
from marketplace.quote_requests.states import REQUEST_MOVES, Purpose, RequestState

TIMINGS = ("month", "quarter", "later", "unknown")
SCOPES = ("treatment", "everything")
ACTS = ("given", "revoked")
NOTHING_LEFT = (
    "state <> 'erased' OR (health_sealed IS NULL AND name_sealed IS NULL AND contact_sealed IS NULL"
    " AND questions_sealed IS NULL AND email_hash IS NULL AND treatment_id IS NULL AND procedure_id IS NULL"
    " AND concern IS NULL AND home_country IS NULL AND destinations = '{}' AND timing IS NULL AND month_from IS NULL"
    " AND month_to IS NULL AND budget_amount IS NULL AND languages = '{}'"
    f" AND {' AND '.join(f'{column} IS NULL' for column in CODED_CHOICES)})"
)


class QuoteRequest(Created, Base):
    """One person's wish for quotes; a draft of it lives here too, until it is sent or erased."""

    __tablename__ = "quote_request"
    __table_args__ = (
        *state_checks(RequestState),
        one_of("timing", TIMINGS),
        *(one_of(column, tuple(choice.codes)) for column, choice in CODED_CHOICES.items()),
        one_of("budget_scope", SCOPES),
        CheckConstraint("(budget_amount IS NULL) = (budget_currency IS NULL)", name="budget_whole"),
        CheckConstraint("state = 'erased' OR data_key IS NOT NULL", name="key_until_erased"),
        CheckConstraint("state <> 'erased' OR data_key IS NULL", name="erased_without_key"),
        CheckConstraint(
            "state IN ('draft', 'erased') OR (home_country IS NOT NULL AND timing IS NOT NULL AND trips IS NOT NULL"
            " AND contact_sealed IS NOT NULL AND name_sealed IS NOT NULL AND email_hash IS NOT NULL)",
            name="sent_is_complete",
        ),
        CheckConstraint("state IN ('draft', 'erased') OR treatment_id IS NOT NULL", name="sent_has_treatment"),
        CheckConstraint(NOTHING_LEFT, name="nothing_left_once_erased"),
        Index("ix_quote_request_state_created_at", "state", "created_at"),
        Index("ix_quote_request_created_at_id", "created_at", "id"),
        Index("ix_quote_request_email_hash", "email_hash"),
        Index("ix_quote_request_open_at", "open_at", postgresql_where="state IN ('open', 'paused')"),
        Index("ix_quote_request_look_again_at", "look_again_at", postgresql_where="look_again_at IS NOT NULL"),
    )

    id: Mapped[UUID] = key()
    ref: Mapped[str] = mapped_column(unique=True)
    locale: Mapped[str] = mapped_column(default="en")

    state: Mapped[RequestState] = mapped_column(TEXT, default=RequestState.DRAFT)
    draft_at: Mapped[datetime | None]
    unconfirmed_at: Mapped[datetime | None]
    open_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    chosen_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    undo_until: Mapped[datetime | None]  # until then the choice can be undone
    last_answered_at: Mapped[datetime]  # a draft ends 24 hours after its last answer
    reminded_at: Mapped[datetime | None]  # the one reminder to confirm
    offered_at: Mapped[datetime | None]  # told that a clinic fits now, while it waits without one
    look_again_at: Mapped[datetime | None]  # when it is looked for a clinic again, while no clinic has it
    quotes_mailed_at: Mapped[datetime | None]  # the last mail about quotes: later ones are grouped
    announced_at: Mapped[datetime | None]  # told that it will be erased
    retention_restarted_at: Mapped[datetime | None]  # its person wanted it kept: the 180 days count from here

    treatment_id: Mapped[UUID | None] = mapped_column(ForeignKey("treatment.id"))
    procedure_id: Mapped[UUID | None] = mapped_column(ForeignKey("procedure.id"))  # none: "unsure"
    concern: Mapped[str | None]
    procedure_answered: Mapped[bool] = mapped_column(default=False)
    home_country: Mapped[str | None]
    destinations: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)  # empty: anywhere
    where_answered: Mapped[bool] = mapped_column(default=False)
    timing: Mapped[str | None]
    month_from: Mapped[date | None]
    month_to: Mapped[date | None]
    trips: Mapped[str | None]
    budget_amount: Mapped[int | None]
    budget_currency: Mapped[str | None]
    budget_scope: Mapped[str | None]
    share_budget: Mapped[bool] = mapped_column(default=False)
    budget_answered: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    wait_without_clinic: Mapped[bool] = mapped_column(default=False)
    share_health: Mapped[bool] = mapped_column(default=False)
    aftercare: Mapped[bool] = mapped_column(default=False)
    aftercare_until: Mapped[datetime | None]  # the last check-in: what is kept counts from here, where that is later
    started_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"))

    data_key: Mapped[bytes | None]  # wrapped; destroyed = erased
    health_sealed: Mapped[bytes | None]  # {"conditions": [...], "details": "..."}
    name_sealed: Mapped[bytes | None]  # the name to use
    contact_sealed: Mapped[bytes | None]  # {"email": "...", "phone": "..."}
    questions_sealed: Mapped[bytes | None]  # ["...", ...]
    email_hash: Mapped[bytes | None]

    treatment: Mapped[Treatment | None] = relationship()
    procedure: Mapped[Procedure | None] = relationship()
    consents: Mapped[list["Consent"]] = relationship(back_populates="request", order_by="(Consent.at, Consent.number)")

    @property
    def box(self) -> Box:
        """What this request's data key seals and opens. Raises CannotOpen once erased."""
        return Box(self.data_key, owner=self.id)


class DraftClinic(Base):
    """A clinic ticked in a draft; becomes a consent when the request is sent."""

    __tablename__ = "draft_clinic"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id", ondelete="CASCADE"), primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)


class Consent(Base):
    """One word of the patient about one named clinic and one purpose: given or revoked, in the exact words.

    Inserted, never changed: of a request, clinic and purpose the row with the highest `number` decides.
    """

    __tablename__ = "consent"
    __table_args__ = (
        one_of("purpose", Purpose),
        one_of("act", ACTS),
        UniqueConstraint("request_id", "clinic_id", "purpose", "number"),
    )

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(TEXT)
    act: Mapped[str]  # given, revoked
    number: Mapped[int]  # counted for each request, clinic and purpose
    text: Mapped[str]
    version: Mapped[str]
    at: Mapped[datetime]

    request: Mapped[QuoteRequest] = relationship(back_populates="consents")
    clinic: Mapped[Clinic] = relationship()


class Photo(Base):
    """A picture the patient added; nothing that came with its file is kept, not even its name."""

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("request_id", "place"),
        CheckConstraint("place BETWEEN 1 AND 4", name="four_at_most"),
        Index("ix_photo_added_at", "added_at"),
    )

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    place: Mapped[int]
    picture_sealed: Mapped[bytes] = mapped_column(deferred=True)  # a JPEG
    added_at: Mapped[datetime]

    request: Mapped[QuoteRequest] = relationship()


class AccessRecord(Base):
    """Someone read what is sealed: the patient can see who and when."""

    __tablename__ = "access_record"
    __table_args__ = (Index("ix_access_record_request_id_at", "request_id", "at"),)

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"))
    actor: Mapped[str]
    what: Mapped[str]  # health, photos, contact
    reason_sealed: Mapped[bytes | None]  # what staff typed; sealed under the label look.reason_sealed
    at: Mapped[datetime]

    clinic: Mapped[Clinic | None] = relationship()
    request: Mapped[QuoteRequest] = relationship()

    @property
    def reason(self) -> str | None:
        """The reason that staff typed. Raises CannotOpen once the request is erased."""
        if self.reason_sealed is None:
            return None
        return str(self.request.box.open("look.reason_sealed", self.reason_sealed, row=self.id))


REQUEST: Lifecycle[QuoteRequest, RequestState] = Lifecycle(QuoteRequest, REQUEST_MOVES, refusal="request_moved_on")
