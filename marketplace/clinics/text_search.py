"""Finds clinics by words, whatever accents or punctuation are in them; normalises names for that and for addresses."""

import re
import unicodedata
from functools import cache

from babel import Locale
from sqlalchemy import ColumnElement, false, or_

from marketplace.catalogue.geography import destinations
from marketplace.clinics.summaries import ClinicCard

MIN_COUNTRY_PREFIX = 3  # letters of a word before it is taken for the beginning of a country's name


def matching(query: str) -> list[ColumnElement[bool]]:
    """Returns one condition per word: it stands in the listing's text or begins a name of its country.

    Text without a word in it, like "/", matches nothing; an empty query has no condition.
    """
    words = words_of(query)
    if query.strip() and not words:
        return [false()]
    return [_matches(word) for word in words]


def _matches(word: str) -> ColumnElement[bool]:
    in_text = ClinicCard.search_text.contains(word, autoescape=True)
    countries = countries_named(word)
    return or_(in_text, ClinicCard.country.in_(countries)) if countries else in_text


def countries_named(word: str) -> list[str]:
    """Returns the codes of countries with clinics that have a name in which a word begins with this normalised one."""
    if len(word) < MIN_COUNTRY_PREFIX:
        return []
    return [code for code, names in _names().items() if any(name.startswith(word) for name in names)]


@cache
def _names() -> dict[str, frozenset[str]]:
    """The words of each country's names: in the address, in English and in its own languages (CLDR)."""
    found = {}
    for code, country in destinations().items():
        spellings = [country.slug or "", Locale("en").territories[code]]
        spellings += [Locale(language).territories[code] for language in country.languages]
        found[code] = frozenset(word for spelling in spellings for word in words_of(spelling))
    return found


MAX_SEARCH_WORDS = 6
# Letters that do not decompose into a plain one and a mark.
_PLAIN = str.maketrans({"ı": "i", "İ": "i", "ł": "l", "Ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


def normalised(text: str) -> str:
    """Lower case without accents and invisible characters: "Şişli" and "sisli" are the same."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf").lower()


def words_of(query: str) -> list[str]:
    """The words of a search: normalised, split at everything that is no letter, digit or mark; six at most."""
    return re.findall(r"[^\W_]+", normalised(query))[:MAX_SEARCH_WORDS]


def slug_of(name: str) -> str:
    """Clinic Łąka (sample) becomes clinic-laka-sample."""
    return re.sub(r"[^a-z0-9]+", "-", normalised(name)).strip("-")


def search_text(*, name: str, city: str, summary: str) -> str:
    """What a search on the clinics' page looks through: words parted by single spaces."""
    return " ".join(re.findall(r"[^\W_]+", normalised(f"{name} {city} {summary}")))
