"""A clinic as a card: the same words in every list."""

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.clinics.stamps import stamp
from marketplace.foundation import clock
from marketplace.web.filters import country_name, day_text, duration, language_list, money
from marketplace.web.words import ROLES

OPEN_STAMPS = ("current", "ending")  # with these a clinic may receive requests


def stamp_words(clinic: Any) -> dict[str, Any]:
    """Dates and counts; never a score."""
    found = stamp(clinic.checks, clock.today())
    words = {"kind": found.kind, "href": f"/clinic/{clinic.slug}/checks"}
    if found.expires_on is None:
        return {
            **words,
            "title": _("Not checked yet"),
            "line": _("Not open for requests"),
            "link": _("What is missing"),
        }
    link = _("%(passed)s of %(of)s checks passed", passed=found.passed, of=found.of)
    ends = day_text(found.expires_on)
    if found.kind == "lapsed":
        return {
            **words,
            "title": _("Check expired %(day)s", day=ends),
            "line": _("Cannot receive new requests"),
            "link": link,
        }
    checked = day_text(found.checked_on) if found.checked_on else ""
    return {
        **words,
        "title": _("Checked %(day)s", day=checked),
        "line": _("Expires %(day)s", day=ends),
        "link": link,
    }


def reply_words(clinic: Any) -> str:
    """From five leads on."""
    if clinic.reply_minutes is None:
        return _("New here: no reply times yet")
    return _("usually replies in %(time)s", time=duration(clinic.reply_minutes))


def span(low: int, high: int, currency: str) -> Markup:
    """€60 to €180."""
    if low == high:
        return money(low, currency)
    return Markup(_("%(low)s to %(high)s", low=money(low, currency), high=money(high, currency)))  # noqa: S704


def card(clinic: Any) -> dict[str, Any]:
    """What the clinic_card macro takes."""
    prices = clinic.prices
    price = (
        span(min(p.low for p in prices), max(p.high for p in prices), clinic.currency) if prices else _("No price list")
    )
    roles = sorted({str(ROLES[person.role]) for person in clinic.people})
    found = stamp_words(clinic)
    return {
        "url": f"/clinic/{clinic.slug}",
        "slug": clinic.slug,
        "name": clinic.name,
        "city": clinic.city,
        "country": country_name(clinic.country),
        "languages": language_list(clinic.languages),
        "reply": reply_words(clinic),
        "stamp": found,
        "people": ", ".join(roles) if roles else _("Not stated"),
        "price": price,
        "price_note": _("per session, clinic's own price list"),
        "ask_url": f"/get-quotes?clinic={clinic.slug}" if found["kind"] in OPEN_STAMPS else None,
    }
