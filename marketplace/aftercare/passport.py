"""The treatment passport: what was done at each session, written by the clinic and by the patient, each in own rows.

Sealed by the request's key, it goes with the request; what a person keeps is the page printed or downloaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.aftercare import plans
from marketplace.aftercare.events import SessionWritten
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.columns import Base, key, one_of
from marketplace.foundation.database.transactions import lock_rows
from marketplace.foundation.problems import NotFound, WrongState
from marketplace.leads.clocks import must_go_on
from marketplace.leads.events import ids
from marketplace.leads.messages import CLINIC, PATIENT
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.states import LEAD_REFUSALS, LeadState
from marketplace.quote_requests.models import QuoteRequest

MAX_SESSIONS = 12
AUTHORS = (CLINIC, PATIENT)


class SessionRecord(Base):
    """What one side wrote of one session; the other side's row stands beside it."""

    __tablename__ = "session_record"
    __table_args__ = (
        UniqueConstraint("request_id", "number", "author"),
        one_of("author", AUTHORS),
        CheckConstraint(f"number BETWEEN 1 AND {MAX_SESSIONS}", name="number_in_range"),
    )

    id: Mapped[UUID] = key()
    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), index=True)
    number: Mapped[int]
    author: Mapped[str]
    details_sealed: Mapped[bytes]
    written_at: Mapped[datetime]

    lead: Mapped[Lead] = relationship()


@dataclass(frozen=True)
class SessionDetails:
    """What is known of one session, as it was typed; the day is ISO. Empty: not stated."""

    day: str = ""
    product: str = ""
    lot: str = ""
    amount: str = ""
    area: str = ""
    points: str = ""
    person: str = ""
    register: str = ""
    note: str = ""


DETAILS = tuple(field.name for field in fields(SessionDetails))


@dataclass(frozen=True)
class PassportSession:
    """One session by its number, as the clinic and as the patient wrote it."""

    number: int
    clinic: SessionDetails | None = None
    patient: SessionDetails | None = None

    def said(self, name: str) -> str:
        """Returns what the clinic stated, else what the patient did; empty where neither."""
        sides = (getattr(side, name) for side in (self.clinic, self.patient) if side is not None)
        return next((value for value in sides if value), "")

    def differs(self, name: str) -> str:
        """Returns what the patient stated where the clinic stated something else; else empty."""
        own = getattr(self.patient, name) if self.patient else ""
        return own if own and own != self.said(name) else ""


def sessions_of(lead: Lead) -> list[PassportSession]:
    """Returns what was written of each session, by number. Raises CannotOpen once the request is erased."""
    query = select(SessionRecord).where(SessionRecord.lead_id == lead.id).order_by(SessionRecord.number)
    found: dict[int, dict[str, SessionDetails]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.number, {})[row.author] = _opened(lead.request, row)
    return [PassportSession(number, by.get(CLINIC), by.get(PATIENT)) for number, by in found.items()]


def session_of(lead: Lead, number: int) -> PassportSession:
    """Returns one session; an empty one where nothing was written."""
    return next((each for each in sessions_of(lead) if each.number == number), PassportSession(number))


def last_session(lead: Lead) -> int:
    """Returns the number of the last session of the chosen quote."""
    quote = plans.chosen_quote(lead.request)
    return quote.sessions if quote else MAX_SESSIONS


def must_be_planned(lead: Lead, number: int) -> None:
    """Checks that the chosen quote has a session of this number, or that one was written of. Raises NotFound."""
    if not 1 <= number <= last_session(lead) and session_of(lead, number) == PassportSession(number):
        raise NotFound("session")


def write(lead: Lead, number: int, details: Mapping[str, str], *, author: str) -> None:
    """Keeps what one side says of a session in place of what it said before.

    Raises WrongState where the clinic was not chosen, or may not go on; NotFound for a session that is not planned.
    """
    if author == CLINIC:
        must_go_on(lead)
    else:
        lock_rows(Clinic, [lead.clinic_id])
    LEAD.lock(lead)
    if lead.state != LeadState.WON:
        raise WrongState(LEAD_REFUSALS[lead.state])
    must_be_planned(lead, number)
    own = (SessionRecord.lead_id == lead.id) & (SessionRecord.number == number) & (SessionRecord.author == author)
    row = db.session.scalar(select(SessionRecord).where(own))
    if row is None:
        whose = {"request_id": lead.request_id, "lead_id": lead.id}
        row = SessionRecord(**whose, number=number, author=author, details_sealed=b"", written_at=clock.now())
        db.session.add(row)
        db.session.flush()
    kept = asdict(SessionDetails(**{name: details.get(name, "") for name in DETAILS}))
    row.details_sealed = lead.request.box.seal("session_record.details_sealed", kept, row=row.id)
    row.written_at = clock.now()
    db.session.flush()
    record(SessionWritten(**ids(lead), reason=author))


def forget(request_id: UUID) -> None:
    """Deletes what was written of the sessions of a request."""
    db.session.execute(delete(SessionRecord).where(SessionRecord.request_id == request_id))


def exported_sessions(request: QuoteRequest, leads: Sequence[Lead]) -> list[Mapping[str, str | int]]:
    """Returns each side's words of each session, for the person's own export."""
    rows: list[Mapping[str, str | int]] = []
    for lead in leads:
        for each in sessions_of(lead):
            sides = ((CLINIC, each.clinic), (PATIENT, each.patient))
            rows += [{"session": each.number, "by": by, **asdict(said)} for by, said in sides if said is not None]
    return rows


def _opened(request: QuoteRequest, row: SessionRecord) -> SessionDetails:
    kept = request.box.open("session_record.details_sealed", row.details_sealed, row=row.id)
    return SessionDetails(**{name: str(kept.get(name, "")) for name in DETAILS})
