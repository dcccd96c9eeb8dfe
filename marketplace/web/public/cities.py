"""Countries and cities of the list of clinics: their addresses, and what their pages say beside the clinics."""

from itertools import islice
from typing import NamedTuple

from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.catalogue import exchange
from marketplace.catalogue.course_costs import estimated
from marketplace.catalogue.geography import by_slug, travel
from marketplace.catalogue.models import Treatment
from marketplace.catalogue.published import content_of
from marketplace.clinics.market import Market, Place, PlacePrice
from marketplace.clinics.text_search import slug_of
from marketplace.foundation.values.money import half_up
from marketplace.web.clinic_words import about_span, span
from marketplace.web.filters import country_in_sentence, country_slug, day_text, money_text
from marketplace.web.http.page_key import COURSE
from marketplace.web.http.page_parts import Kept
from marketplace.web.public import preferences

MAX_CITIES = 12  # of a country, on a page that links to them; the filter has all


class PlacePrices(NamedTuple):
    """What the clinics of a place list for a session of a treatment's first procedure, in words."""

    procedure: str
    clinics: int
    price: Markup


class PlaceFigures(NamedTuple):
    """What the page of a place says of prices and the way there, and the further cities of its country."""

    prices: list[PlacePrices]
    travel: str
    cities: list[tuple[str, str]]


def canonical(country: str | None, city: str | None) -> str:
    """Returns the one path of the list of a city or a country; of all clinics where it has no path of its own."""
    slug = country_slug(country) if country else None
    if slug not in by_slug():
        return "/clinics"
    return f"/clinics/{slug}/{slug_of(city)}" if city else f"/clinics/{slug}"


def city_links(found: Market, country: str) -> list[tuple[str, str]]:
    """Returns address and words of the cities of a country with the most clinics."""
    listed = (
        (place, n)
        for place, n in found.facets.cities
        if country_slug(place.country) in by_slug() and place.country == country
    )
    near = islice(listed, MAX_CITIES)
    return [(canonical(*place), f"{place.city} ({n})") for place, n in near]


_READ_LAST: Kept[PlaceFigures] = Kept(2**19, size=lambda found: len(str(found)))


def place_figures(found: Market, place: Place) -> PlaceFigures:
    """Returns the figures of a country or a city for the reader's home and currency.

    Kept for the same market, place, home, currency and language; not for readers with figures of their own.
    """
    if COURSE in request.cookies:
        return _figures(found, place)
    key = (found.version, place, preferences.home(), preferences.currency(), get_locale())
    return _READ_LAST.get(key, lambda: _figures(found, place))


def _figures(found: Market, place: Place) -> PlaceFigures:
    cities = [link for link in city_links(found, place.country) if link[0] != canonical(*place)]
    listed = [_prices(found, place, about) for about in content_of(found.version).treatments]
    return PlaceFigures([each for each in listed if each], _travel(place.country), cities)


def _prices(found: Market, place: Place, about: Treatment) -> PlacePrices | None:
    procedure = about.procedures[0]
    price = found.facets.place_price(place, procedure.slug)
    if price is None:
        return None
    return PlacePrices(procedure.name, price.clinics, _in_words(price, preferences.currency()))


def _in_words(price: PlacePrice, currency: str) -> Markup:
    about = about_span(price.low, price.high, exchange.EURO, to=currency)
    return about or span(price.low, price.high, exchange.EURO)


def _travel(country: str) -> str:
    """Returns our estimate of the way there from the reader's home."""
    home, currency = preferences.home(), preferences.currency()
    if home == country:
        return _("You live in this country, so no travel is counted.")
    try:
        going, ours = estimated(home, country, currency), travel(home, country)
    except exchange.NoRate:
        return _("We have no exchange rate for the travel.")
    unit = 1 if ours.currency == currency else exchange.one_whole(currency)
    fare, night = (money_text(half_up(amount, unit=unit), currency) for amount in (going.fare, going.night))
    return _(
        "From %(home)s a return trip is about %(fare)s and a night about %(night)s: our estimate of %(day)s.",
        home=country_in_sentence(home),
        fare=fare,
        night=night,
        day=day_text(ours.dated),
    )
