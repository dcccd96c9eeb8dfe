"""A clinic as a card: the same words in every list."""

from typing import Any

from flask_babel import gettext as _

from marketplace.web import clinic_words
from marketplace.web.filters import country_name, language_list
from marketplace.web.words import ROLES

OPEN_STAMPS = ("current", "ending")  # with these a clinic may receive requests


def linked_stamp(clinic: Any) -> dict[str, Any]:
    """The stamp's words, with the way to the record of its checks."""
    found = clinic_words.stamp_words(clinic)
    link = _("What is missing") if found["kind"] == "none" else found["count"]
    return {**found, "href": f"/clinic/{clinic.slug}/checks", "link": link}


def card(clinic: Any) -> dict[str, Any]:
    """What the clinic_card macro takes."""
    prices = clinic.prices
    price = (
        clinic_words.span(min(p.low for p in prices), max(p.high for p in prices), clinic.currency)
        if prices
        else _("No price list")
    )
    roles = sorted({str(ROLES[person.role]) for person in clinic.people})
    found = linked_stamp(clinic)
    return {
        "url": f"/clinic/{clinic.slug}",
        "slug": clinic.slug,
        "name": clinic.name,
        "city": clinic.city,
        "country": country_name(clinic.country),
        "languages": language_list(clinic.languages),
        "reply": clinic_words.reply_words(clinic),
        "stamp": found,
        "people": _("Treated by: %(roles)s", roles=", ".join(roles) if roles else _("Not stated")),
        "price": price,
        "price_note": _("per session, clinic's own price list"),
        "ask_url": f"/get-quotes?clinic={clinic.slug}" if found["kind"] in OPEN_STAMPS else None,
    }
