"""What is searched for, whatever accents or punctuation are in it; normalises names for that and for addresses."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from babel import Locale
from flask import g
from sqlalchemy import ColumnElement, false, or_, select

from marketplace.catalogue.geography import destinations, homes
from marketplace.catalogue.models import Procedure, Treatment
from marketplace.clinics.models import Clinic
from marketplace.clinics.search_words import MIN_PREFIX, MIN_SLIP, Near, one_slip
from marketplace.extensions import db

# Languages of people who travel from countries whose languages are not kept.
ALSO_IN_THEMSELVES = frozenset(
    {"ar", "da", "de", "el", "fa", "fi", "fr", "he", "hr", "hu", "it", "ja", "nl", "nb", "pt", "ro", "ru", "sk", "sr"}
    | {"sv", "uk", "vi", "zh"}
)
KINDS = ("words", "countries", "languages", "procedures")
Names = Mapping[str, Iterable[str]]  # the words of its names by a code


class Meant(NamedTuple):
    """What a typed word may mean: words of listings, and codes of what has a name with such a word."""

    words: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()


Fits = Callable[[str, str], bool]  # whether the typed word may mean the known one
Level = tuple[Meant, ...]  # a meaning of each word; all of them must be met


def levels(typed: Sequence[str], near: Near, procedures: Names) -> list[Level]:
    """Returns what is found first, and what is found after it: per word its best meaning, then the next best as well.

    Best is the word itself, then what it begins, then what it is with a slip of the pen; a word that is one has none.
    """
    names = {"countries": _country_names(), "languages": _language_names(), "procedures": procedures}
    first, then = [], []
    for word in typed:
        tiers = [_meant(word, near[word], names, fits) for fits in (_is, _begins, _is_near)]
        best = next((n for n, tier in enumerate(tiers) if any(tier)), 0)
        first.append(tiers[best])
        then.append(Meant(*map(_both, *tiers[best : best + 2])) if best < 2 else tiers[best])
    return [tuple(first)] if first == then else [tuple(first), tuple(then)]


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))


def _meant(word: str, near: Iterable[str], names: Mapping[str, Names], fits: Fits) -> Meant:
    coded = (_codes(word, names[kind], fits) for kind in KINDS[1:])
    return Meant(tuple(sorted(known for known in near if fits(word, known))), *map(tuple, coded))


def _codes(word: str, names: Names, fits: Fits) -> Iterator[str]:
    return (code for code, words in names.items() if any(fits(word, known) for known in words))


def _is(typed: str, known: str) -> bool:
    return typed == known


def _begins(typed: str, known: str) -> bool:
    return len(typed) >= MIN_PREFIX and known.startswith(typed) and known != typed


def _is_near(typed: str, known: str) -> bool:
    return len(typed) >= MIN_SLIP and one_slip(typed, known)


def matching(query: str) -> list[ColumnElement[bool]]:
    """Returns, for operators, one condition per word: it stands in the listing's text or begins a name of its country.

    Text without a word in it, like "/", matches nothing; an empty query has no condition.
    """
    words = words_of(query)
    if query.strip() and not words:
        return [false()]
    return [_matches(word) for word in words]


def _matches(word: str) -> ColumnElement[bool]:
    in_text = Clinic.search_text.contains(word, autoescape=True)
    countries = [*_codes(word, _country_names(), _is), *_codes(word, _country_names(), _begins)]
    return or_(in_text, Clinic.country.in_(countries)) if countries else in_text


def learn_names() -> None:
    """Makes the words of countries and languages, which stay in memory: 35 MiB of names, once a process."""
    _country_names()
    _language_names()


@cache
def _country_names() -> Names:
    """The words of the names of countries with clinics: in the address, in English and in their languages (CLDR)."""
    found = {}
    for code, country in destinations().items():
        spellings = [country.slug or "", Locale("en").territories[code]]
        spellings += [Locale(language).territories[code] for language in country.languages]
        found[code] = frozenset(word for spelling in spellings for word in words_of(spelling))
    return found


@cache
def _language_names() -> Names:
    """The words of the names of languages: in English, and those of the countries we know in themselves (CLDR)."""
    own = {language for country in homes().values() for language in country.languages} | ALSO_IN_THEMSELVES
    found = {}
    for code, english in Locale("en").languages.items():
        if len(code) == 2:
            spellings = [english, Locale(code).languages.get(code, "")] if code in own else [english]
            found[code] = frozenset(word for spelling in spellings for word in words_of(spelling))
    return found


FREQUENT = 1_000  # clinics that have a word: from so many on their number is counted
Counts = Mapping[str, Mapping[str, int]]  # of clinics, by the kind of a meaning and its value


def keep_counts(counts: Counts) -> None:
    """Keeps for the rest of the request how many clinics there are of each meaning; of words the frequent ones."""
    g.clinics_meant = counts


def clinics_at_most(meant: Level) -> int:
    """Returns how many clinics may be meant: those of the rarest word; none where nothing was counted."""
    return min(clinics_with(word) for word in meant)


def clinics_with(meant: Meant) -> int:
    """Returns how many clinics a word may mean, at most."""
    counts: Counts = g.get("clinics_meant", {})
    return sum(counts.get(kind, {}).get(value, 0) for kind, value in _values(meant))


def _values(word: Meant) -> Iterator[tuple[str, str]]:
    return ((kind, value) for kind in KINDS for value in getattr(word, kind))


def procedures_named() -> Names:
    """Returns the words of the names of each procedure and of its treatment, by the procedure's slug."""
    kept: Names | None = g.get("procedure_names")
    if kept is not None:
        return kept
    query = select(Procedure.slug, Procedure.name, Treatment.name).join(Treatment)
    return {slug: _words_of_procedure(name, about) for slug, name, about in db.session.execute(query)}


def keep_procedures(named: Iterable[tuple[str, str, str]]) -> None:
    """Keeps for the rest of the request the slugs and names of procedures, and of their treatments."""
    g.procedure_names = {slug: _words_of_procedure(name, about) for slug, name, about in named}


@lru_cache
def _words_of_procedure(name: str, treatment: str) -> frozenset[str]:
    return frozenset((*words_of(name), *words_of(treatment)))


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
