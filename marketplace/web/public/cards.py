"""A clinic as a card: the same words in every list."""

from typing import Any

from flask_babel import gettext as _
from markupsafe import escape

from marketplace.web import clinic_words
from marketplace.web.filters import country_name, language_list
from marketplace.web.words import ROLES

OPEN_STAMPS = ("current", "ending")  # with these a clinic may receive requests


def linked_stamp(clinic: Any) -> dict[str, Any]:
    """The stamp's words, with the way to the record of its checks."""
    found = clinic_words.stamp_words(clinic)
    link = _("What is missing") if found["kind"] == "none" else found["count"]
    return {**found, "href": f"/clinic/{clinic.slug}/checks", "link": link}


def card(clinic: Any, *, currency: str) -> dict[str, Any]:
    """What the clinic_card macro takes; prices first in the reader's currency, so that they can be compared."""
    price, note = _price(clinic, currency)
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
        "price_note": note,
        "ask_url": f"/get-quotes?clinic={clinic.slug}" if found["kind"] in OPEN_STAMPS else None,
    }


def _price(clinic: Any, currency: str) -> tuple[str, str]:
    """The amount to compare by, and what it rests on."""
    if not clinic.prices:
        return _("No price list"), ""
    low, high = min(price.low for price in clinic.prices), max(price.high for price in clinic.prices)
    own = clinic_words.span(low, high, clinic.currency)
    about = clinic_words.about_span(low, high, clinic.currency, to=currency)
    if about is None:
        return own, _("per session, clinic's own price list")
    return about, escape(_("%(price)s per session, clinic's own price list")) % {"price": own}
