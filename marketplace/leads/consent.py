"""The words a patient agrees to; what is shown is what is stored."""

from flask import current_app
from flask_babel import get_locale, gettext, ngettext

from marketplace.clinics.models import Clinic

VERSION = "2026-11-28"


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
        "I agree that %(site)s sends the photos I add to %(names)s, so that they can prepare a quote for me.",
        names=recipients(clinics),
        site=current_app.config["SITE_NAME"],
    )


def photos_text(clinics: list[Clinic], *, photos: int) -> str:
    """The sentence for photos alone, where a clinic may see them again."""
    return ngettext(
        "I agree that %(site)s sends my photo to %(names)s, so that they can prepare a quote for me.",
        "I agree that %(site)s sends my %(num)s photos to %(names)s, so that they can prepare a quote for me.",
        photos,
        names=recipients(clinics),
        site=current_app.config["SITE_NAME"],
    )


def revoking_text(clinics: list[Clinic], *, what: str) -> str:
    """The sentence that takes consent back: for `health`, `photos` or `all`."""
    sentences = {
        "health": gettext("%(names)s may no longer read my health answers, and is to delete its copy of them."),
        "photos": gettext("%(names)s may no longer see my photos, and is to delete its copies of them."),
        "all": gettext("%(names)s may no longer read anything of my request, and is to delete its copy of it."),
    }
    return sentences[what] % {"names": recipients(clinics)}


def deleting_text() -> str:
    """The sentence that takes every consent back: the request is deleted."""
    return gettext("I delete my request. No clinic may read it any more, and each that had it is to delete its copy.")


def rewriting_text() -> str:
    """The sentence that takes every consent back before anything was sent: the answers are written anew."""
    return gettext("I change my answers before anything is sent. Each clinic is asked about anew.")


def full_text(clinic: Clinic) -> str:
    """Why a consent ended before anything was sent: the clinic had no free place."""
    return gettext("%(clinic)s was full. Nothing was sent to it.", clinic=clinic.name)
