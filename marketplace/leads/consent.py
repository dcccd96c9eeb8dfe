"""What a patient consents to: the words shown are the words stored, as rows that are never changed.

Also who may read what because of it.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from flask import current_app
from flask_babel import get_locale, gettext, ngettext
from sqlalchemy import ColumnElement, Select, func, select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.leads.models import Lead
from marketplace.leads.states import READING, LeadState
from marketplace.quote_requests.models import Consent, QuoteRequest
from marketplace.quote_requests.states import Purpose

VERSION = "2026-11-28"


def recipients(clinics: list[Clinic]) -> str:
    """Returns the clinics by name and country: Clinic Lale (Türkiye), Clinic Nar (Türkiye)."""
    territories = get_locale().territories if get_locale() else {}
    return ", ".join(f"{clinic.name} ({territories.get(clinic.country, clinic.country)})" for clinic in clinics)


def consent_text(clinics: list[Clinic], *, with_health: bool, photos: int) -> str:
    """Returns the exact sentence of a consent, with every recipient and how many photos go along."""
    given = {"names": recipients(clinics), "site": current_app.config["SITE_NAME"]}
    if not with_health:
        return gettext(
            "%(site)s sends my request without my health answers and photos to %(names)s,"
            " so that they can prepare a quote for me.",
            **given,
        )
    if not photos:
        return gettext(
            "I agree that %(site)s sends my health answers to %(names)s, so that they can prepare a quote for me.",
            **given,
        )
    return ngettext(
        "I agree that %(site)s sends my health answers and %(num)s photo to %(names)s,"
        " so that they can prepare a quote for me.",
        "I agree that %(site)s sends my health answers and %(num)s photos to %(names)s,"
        " so that they can prepare a quote for me.",
        photos,
        **given,
    )


def later_photos_text(clinics: list[Clinic]) -> str:
    """Returns the sentence for photos that are added when these clinics have the request already."""
    return gettext(
        "I agree that %(site)s sends the photos I add to %(names)s, so that they can prepare a quote for me.",
        names=recipients(clinics),
        site=current_app.config["SITE_NAME"],
    )


def photos_text(clinics: list[Clinic], *, photos: int) -> str:
    """Returns the sentence for photos alone, where a clinic may see them again."""
    return ngettext(
        "I agree that %(site)s sends my photo to %(names)s, so that they can prepare a quote for me.",
        "I agree that %(site)s sends my %(num)s photos to %(names)s, so that they can prepare a quote for me.",
        photos,
        names=recipients(clinics),
        site=current_app.config["SITE_NAME"],
    )


def revoking_text(clinics: list[Clinic], *, what: str) -> str:
    """Returns the sentence that revokes consent to `health`, `photos` or `all`."""
    sentences = {
        "health": gettext("%(names)s may no longer read my health answers, and is to delete its copy of them."),
        "photos": gettext("%(names)s may no longer see my photos, and is to delete its copies of them."),
        "all": gettext("%(names)s may no longer read anything of my request, and is to delete its copy of it."),
    }
    return sentences[what] % {"names": recipients(clinics)}


def deleting_text() -> str:
    """Returns the sentence that revokes every consent because the request is deleted."""
    return gettext("I delete my request. No clinic may read it any more, and each that had it is to delete its copy.")


def rewriting_text() -> str:
    """Returns the sentence that ends every consent before anything was sent, because the answers are changed."""
    return gettext("I change my answers before anything is sent. Each clinic is asked about anew.")


def full_text(clinic: Clinic) -> str:
    """Returns the sentence that ends a consent before anything was sent, because the clinic had no free place."""
    return gettext("%(clinic)s was full. Nothing was sent to it.", clinic=clinic.name)


GIVEN, REVOKED = "given", "revoked"


def write_consent(
    request: QuoteRequest,
    clinics: Iterable[Clinic],
    *,
    act: str,
    purposes: Collection[Purpose],
    words: str,
    is_first: bool = False,
) -> None:
    """Adds a row for each clinic and purpose with the exact words; rows are never changed. For a locked request.

    `is_first` says that the request has no consent yet.
    """
    numbers, now = {} if is_first else _numbers(request), clock.now()
    for clinic in clinics:
        for purpose in purposes:
            number = numbers.get((clinic.id, purpose), 0) + 1
            said = {"act": act, "number": number, "text": words, "version": VERSION, "at": now}
            gathering.add(Consent(request_id=request.id, clinic_id=clinic.id, purpose=purpose, **said))


def revoke_all(request: QuoteRequest, *, words: str) -> dict[UUID, list[Purpose]]:
    """Revokes every consent of a locked request and returns what stood before, by clinic."""
    stood = {clinic_id: purposes for clinic_id, purposes in standing_purposes(request).items() if purposes}
    for clinic in db.session.scalars(select(Clinic).where(Clinic.id.in_(stood)).order_by(Clinic.id)).all():
        write_consent(request, [clinic], act=REVOKED, purposes=stood[clinic.id], words=words)
    return stood


def _numbers(request: QuoteRequest) -> dict[tuple[UUID, Purpose], int]:
    query = select(Consent.clinic_id, Consent.purpose, func.max(Consent.number))
    query = query.where(Consent.request_id == request.id).group_by(Consent.clinic_id, Consent.purpose)
    return {(clinic_id, Purpose(purpose)): number for clinic_id, purpose, number in db.session.execute(query)}


def newest_consents(request: QuoteRequest) -> dict[UUID, dict[Purpose, Consent]]:
    """Returns the newest row by clinic and purpose: the one that decides."""
    query = select(Consent).where(Consent.request_id == request.id).order_by(Consent.number)
    found: dict[UUID, dict[Purpose, Consent]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.clinic_id, {})[Purpose(row.purpose)] = row
    return found


def standing_purposes(request: QuoteRequest) -> dict[UUID, list[Purpose]]:
    """Returns the purposes that each clinic has consent for now."""
    return {
        clinic_id: [purpose for purpose in Purpose if purpose in rows and rows[purpose].act == GIVEN]
        for clinic_id, rows in newest_consents(request).items()
    }


def standing_rows(request: QuoteRequest) -> list[Consent]:
    """Returns the rows of the consents that hold now."""
    return [row for rows in newest_consents(request).values() for row in rows.values() if row.act == GIVEN]


def lead_may_read(purpose: Purpose) -> ColumnElement[bool]:
    """Condition on a lead: consent to the purpose stands for its clinic, as the row policies see it."""
    return func.consent_stands(Lead.request_id, Lead.clinic_id, purpose.value)


def consented_ids(request_id: UUID, purpose: Purpose) -> Select[UUID]:
    """Selects the ids of the clinics whose consent to the purpose stands, with or without a lead."""
    stands = func.consent_stands(Consent.request_id, Consent.clinic_id, purpose.value)
    return select(Consent.clinic_id).where(Consent.request_id == request_id, stands)


def with_consent(request: QuoteRequest, purpose: Purpose) -> list[Clinic]:
    """Returns the clinics whose consent to the purpose stands, with or without a lead."""
    query = select(Clinic).where(Clinic.id.in_(consented_ids(request.id, purpose))).order_by(Clinic.id)
    return list(db.session.scalars(query))


def photo_readers(request: QuoteRequest) -> list[Clinic]:
    """Returns, by name, the clinics that see a photo added now, or once they may go on again.

    These are the ones that read photos, and those that read health answers and were never asked about photos.
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
