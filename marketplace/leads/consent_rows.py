"""The one verb that writes what a patient said about consent, and who may read what because of it."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.consent import VERSION
from marketplace.leads.models import Lead
from marketplace.leads.states import READING, LeadState
from marketplace.quote_requests.models import Consent, QuoteRequest
from marketplace.quote_requests.states import Purpose

GIVEN, REVOKED = "given", "revoked"


def write(
    request: QuoteRequest, clinics: Iterable[Clinic], *, act: str, purposes: Collection[Purpose], words: str
) -> None:
    """Adds a row for each clinic and purpose, in the exact words; nothing is ever changed. For a locked request."""
    numbers, now = _numbers(request), clock.now()
    for clinic in clinics:
        for purpose in purposes:
            number = numbers.get((clinic.id, purpose), 0) + 1
            said = {"act": act, "number": number, "text": words, "version": VERSION, "at": now}
            db.session.add(Consent(request_id=request.id, clinic_id=clinic.id, purpose=purpose, **said))
    db.session.flush()


def revoke_all(request: QuoteRequest, *, words: str) -> dict[UUID, list[Purpose]]:
    """Nothing stands any more; what stood, by clinic. For a locked request."""
    stood = {clinic_id: purposes for clinic_id, purposes in standing(request).items() if purposes}
    for clinic in db.session.scalars(select(Clinic).where(Clinic.id.in_(stood)).order_by(Clinic.id)).all():
        write(request, [clinic], act=REVOKED, purposes=stood[clinic.id], words=words)
    return stood


def _numbers(request: QuoteRequest) -> dict[tuple[UUID, Purpose], int]:
    query = select(Consent.clinic_id, Consent.purpose, func.max(Consent.number))
    query = query.where(Consent.request_id == request.id).group_by(Consent.clinic_id, Consent.purpose)
    return {(clinic_id, Purpose(purpose)): number for clinic_id, purpose, number in db.session.execute(query)}


def newest(request: QuoteRequest) -> dict[UUID, dict[Purpose, Consent]]:
    """The row that decides, by clinic and purpose."""
    query = select(Consent).where(Consent.request_id == request.id).order_by(Consent.number)
    found: dict[UUID, dict[Purpose, Consent]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.clinic_id, {})[Purpose(row.purpose)] = row
    return found


def standing(request: QuoteRequest) -> dict[UUID, list[Purpose]]:
    """What each clinic may be given at this moment, by the newest row of each purpose."""
    return {
        clinic_id: [purpose for purpose in Purpose if purpose in rows and rows[purpose].act == GIVEN]
        for clinic_id, rows in newest(request).items()
    }


def standing_rows(request: QuoteRequest) -> list[Consent]:
    """The rows that hold at this moment."""
    return [row for rows in newest(request).values() for row in rows.values() if row.act == GIVEN]


def lead_may_read(purpose: Purpose) -> ColumnElement[bool]:
    """Of a lead: whether consent for its clinic stands, as the row policies of the database see it."""
    return func.consent_stands(Lead.request_id, Lead.clinic_id, purpose.value)


def with_consent(request: QuoteRequest, purpose: Purpose) -> list[Clinic]:
    """The clinics whose consent for the purpose stands, whether or not they have a lead."""
    stands = func.consent_stands(Consent.request_id, Consent.clinic_id, purpose.value)
    named = select(Consent.clinic_id).where(Consent.request_id == request.id, stands)
    return list(db.session.scalars(select(Clinic).where(Clinic.id.in_(named)).order_by(Clinic.id)))


def photo_readers(request: QuoteRequest) -> list[Clinic]:
    """Who sees a photo that is added now, or once they may go on again, by name.

    Whoever reads photos, and whoever reads health answers and was never asked about photos.
    """
    revoked = (
        select(Consent.id)
        .where(Consent.request_id == Lead.request_id, Consent.clinic_id == Lead.clinic_id)
        .where(Consent.purpose == Purpose.PHOTOS, Consent.act == REVOKED)
    )
    asked_with_health = lead_may_read(Purpose.HEALTH) & ~revoked.exists()
    query = select(Clinic).join(Lead, Lead.clinic_id == Clinic.id).order_by(Clinic.name)
    query = query.where(Lead.request_id == request.id, Lead.state.in_((*READING, LeadState.FROZEN)))
    return list(db.session.scalars(query.where(lead_may_read(Purpose.PHOTOS) | asked_with_health)))
