"""The words a patient agrees to; what is shown is what is stored."""

from flask import current_app
from flask_babel import get_locale, gettext

from marketplace.clinics.models import Clinic

VERSION = "2026-11-22"


def recipients(clinics: list[Clinic]) -> str:
    """Clinic Lale (Türkiye), Clinic Nar (Türkiye): each by name and country."""
    territories = get_locale().territories if get_locale() else {}
    return ", ".join(f"{clinic.name} ({territories.get(clinic.country, clinic.country)})" for clinic in clinics)


def consent_text(clinics: list[Clinic], *, with_health: bool) -> str:
    """The exact sentence, with every recipient by name and country."""
    names, site = recipients(clinics), current_app.config["SITE_NAME"]
    if with_health:
        return gettext(
            "I agree that %(site)s sends my health answers to %(names)s, so that they can prepare a quote for me.",
            names=names,
            site=site,
        )
    return gettext(
        "%(site)s sends my request without my health answers to %(names)s, so that they can prepare a quote for me.",
        names=names,
        site=site,
    )
