"""A clinic as a card, alike in every list."""

from collections.abc import Iterable
from typing import TypedDict

from flask_babel import gettext as _
from markupsafe import escape

from marketplace.clinics.models import Clinic, ClinicPrice
from marketplace.web import clinic_words
from marketplace.web.filters import country_name, in_sentence, language_list
from marketplace.words.lead import PRACTITIONER_ROLES

OPEN_STAMPS = ("current", "ending")  # with these a clinic may receive requests


class Card(TypedDict):
    """The fields that the macro clinic_card reads."""

    url: str
    slug: str
    name: str
    city: str
    country: str
    languages: str
    reply: str
    stamp: dict[str, str]
    people: str
    price: str
    price_note: str
    ask_url: str | None


def linked_stamp(clinic: Clinic) -> dict[str, str]:
    """Returns the words of the badge with the address of the clinic's checks."""
    found = clinic_words.stamp_words(clinic)
    link = _("What is missing") if found["kind"] == "none" else found["count"]
    return {**found, "href": f"/clinic/{clinic.slug}/checks", "link": link}


def in_order(prices: Iterable[ClinicPrice]) -> list[ClinicPrice]:
    """Returns the prices treatment by treatment; those of a single treatment in the order given."""
    listed = list(prices)
    if len({price.procedure.treatment_id for price in listed}) < 2:
        return listed
    return sorted(listed, key=lambda price: (price.procedure.treatment.position or 0, price.procedure.position))


def card(
    clinic: Clinic, *, currency: str, procedure: tuple[str, str] | None = None, treatment: str | None = None
) -> Card:
    """Returns the card of a clinic; its price is first in the reader's currency, to be compared.

    `procedure` is the slug and name of the one that was asked for: the price is that of it. Else it is that of the
    treatment that was asked for, or of the first that the clinic offers.
    """
    price, note = _price(clinic, currency, procedure, treatment)
    roles = sorted({str(PRACTITIONER_ROLES.patient[person.role]) for person in clinic.people})
    found = linked_stamp(clinic)
    about = f"&treatment={treatment}" if treatment else ""
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
        "ask_url": f"/get-quotes?clinic={clinic.slug}{about}" if found["kind"] in OPEN_STAMPS else None,
    }


def _price(clinic: Clinic, currency: str, procedure: tuple[str, str] | None, treatment: str | None) -> tuple[str, str]:
    """Returns the price to compare by, and a note on what it is for."""
    listed, of = _listed(clinic, procedure, treatment)
    if not listed:
        return _("No price list"), ""
    low, high = min(price.low for price in listed), max(price.high for price in listed)
    own = clinic_words.span(low, high, clinic.currency)
    about = clinic_words.about_span(low, high, clinic.currency, to=currency)
    basis = _("per session, clinic's own price list")
    if of is not None:
        basis = _("per session of %(procedure)s, clinic's own price list", procedure=in_sentence(of))
    if about is None:
        return own, basis
    return about, escape("%(price)s %(basis)s") % {"price": own, "basis": basis}


def _listed(
    clinic: Clinic, procedure: tuple[str, str] | None, treatment: str | None
) -> tuple[list[ClinicPrice], str | None]:
    """Returns the prices to compare by, and the name of what they are for where the clinic offers more."""
    if procedure is not None:
        return [price for price in clinic.prices if price.procedure.slug == procedure[0]], procedure[1]
    listed = in_order(clinic.prices)
    if len({price.procedure.treatment_id for price in listed}) < 2:
        return listed, None
    offered = {price.procedure.treatment.slug: price.procedure.treatment for price in listed}
    about = offered.get(treatment or "") or next(iter(offered.values()))
    return [price for price in listed if price.procedure.treatment_id == about.id], about.name
