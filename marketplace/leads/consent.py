"""The words a patient agrees to; what is shown is what is stored."""

from flask import current_app
from flask_babel import get_locale, gettext, ngettext
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.columns import uuid7
from marketplace.leads.models import Lead
from marketplace.leads.states import READING, LeadState
from marketplace.quote_requests.models import Consent, QuoteRequest

VERSION = "2026-11-23"


def recipients(clinics: list[Clinic]) -> str:
    """Clinic Lale (Türkiye), Clinic Nar (Türkiye): each by name and country."""
    territories = get_locale().territories if get_locale() else {}
    return ", ".join(f"{clinic.name} ({territories.get(clinic.country, clinic.country)})" for clinic in clinics)


def consent_text(clinics: list[Clinic], *, with_health: bool, photos: int) -> str:
    """The exact sentence, with every recipient by name and country, and how many photos go along."""
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
    """The sentence for photos that are added when these clinics have the request already."""
    return gettext(
        "I agree that %(site)s sends my health answers and the photos I add to %(names)s,"
        " so that they can prepare a quote for me.",
        names=recipients(clinics),
        site=current_app.config["SITE_NAME"],
    )


def agree(request: QuoteRequest, clinics: list[Clinic], *, words: str, with_health: bool) -> None:
    """One row for each clinic; given anew, the newer words count."""
    given = {"text": words, "version": VERSION, "with_health": with_health, "given_at": clock.now()}
    for clinic in clinics:
        row = insert(Consent).values(id=uuid7(), request_id=request.id, clinic_id=clinic.id, **given)
        again = row.on_conflict_do_update(
            index_elements=["request_id", "clinic_id"], set_={**given, "withdrawn_at": None}
        )
        db.session.execute(again)
    db.session.flush()


def end_consents(request: QuoteRequest) -> None:
    """Before anything was sent: it is asked for anew."""
    standing = (Consent.request_id == request.id) & Consent.withdrawn_at.is_(None)
    db.session.execute(update(Consent).where(standing).values(withdrawn_at=clock.now()))


def readers(request: QuoteRequest) -> list[Clinic]:
    """The clinics that may read the health answers and photos, now or once they may go on again, by name."""
    same = (Consent.request_id == Lead.request_id) & (Consent.clinic_id == Lead.clinic_id)
    query = select(Clinic).join(Lead, Lead.clinic_id == Clinic.id).join(Consent, same)
    standing = (Consent.with_health, Consent.withdrawn_at.is_(None), Lead.state.in_((*READING, LeadState.FROZEN)))
    return list(db.session.scalars(query.where(Lead.request_id == request.id, *standing).order_by(Clinic.name)))
