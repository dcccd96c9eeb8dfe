"""The languages that a person can talk in: those likely for this request first, and every other one after them."""

from collections.abc import Iterable

from babel.languages import get_official_languages

from marketplace.catalogue import geography
from marketplace.clinics.market import market
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.filters import language_name
from marketplace.web.patient.form.choices import Choices, by_name, page_language

LIKELY = 6  # so many stand in sight
SITE_LANGUAGES = ("en", "tr", "de", "ar", "ru", "es", "fr")
FURTHER_LANGUAGES = {"it", "nl", "pt", "uk", "ur"}  # of homes, and of clinics beside their country's own


def languages(quote_request: QuoteRequest) -> Choices:
    """Returns the languages: the page's own, the likely ones in order, then by name all that are spoken here."""
    home = spoken_at(quote_request.home_country)
    places = geography.destinations()
    there = [code for place in quote_request.destinations for code in places[place].languages]
    likely = _first(LIKELY, [page_language(), *home, *there, *SITE_LANGUAGES])
    return [*_named(likely), *by_name(_named((_spoken() | set(home)) - set(likely)))]


def spoken_at(country: str | None) -> list[str]:
    """Returns the official languages of a country, as two-letter codes; none for an unknown country."""
    return [code for code in get_official_languages(country or "", de_facto=True) if len(code) == len("en")]


def _spoken() -> set[str]:
    """Returns the languages of the site, of the countries with clinics, and of every clinic listed."""
    of_countries = {code for country in geography.destinations().values() for code in country.languages}
    return {*SITE_LANGUAGES, *FURTHER_LANGUAGES, *of_countries, *market().facets["language"]}


def _first(n: int, codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))[:n]


def _named(codes: Iterable[str]) -> Choices:
    return [(code, language_name(code)) for code in codes]
