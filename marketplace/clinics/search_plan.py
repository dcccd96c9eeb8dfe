"""What a search by words is turned into: sets of terms, and whether the cards that have them are few or many.

How many clinics have each word is known about (market.py). A wrong guess costs time and changes nothing that is found.
"""

from collections.abc import Mapping, Sequence
from math import prod, sqrt

from flask import g

from marketplace.clinics import search_terms
from marketplace.clinics.list_cursor import Cursor, RankedCursor
from marketplace.clinics.list_statements import Shape
from marketplace.clinics.search_statement import Looked, SearchShape
from marketplace.clinics.text_search import KINDS, Counts, Level, clinics_with

TRIED = 500  # cards: so many are read and sorted at once
SURE = 30_000  # clinics: where several terms should leave so many, tiers are read at once
PER_STEP = 100  # cards that a step through the tiers should find
STEPS = 8  # in a stretch, which is looked into for anything at all
STRETCHES = 60  # of the market at least
UNCOUNTED = 0.1  # the share of clinics that meets a condition whose clinics are not counted
COUNTED = {"country": "countries", "language": "languages", "procedure": "procedures"}
Terms = Mapping[str, list[str]]  # by the name of the condition that they stand for


def searched(
    listed: Shape, levels: Sequence[Level], conditions: Terms, *, place: Cursor | None, turn: int
) -> tuple[SearchShape, dict[str, object]]:
    """Returns the shape of a search's statement, and its values. Only the usual order has what is found first first."""
    if listed.sort != "checks":
        levels = levels[-1:]
    values: dict[str, object] = {f"terms_{name}": terms for name, terms in conditions.items()}
    values |= {"part": search_terms.part_of(turn), "turn": turn}
    made = []
    for n, level in enumerate(levels):
        numbers = _numbers(level, conditions)
        words = {f"terms_{n}_{at}": search_terms.meant_by(word) for at, word in enumerate(level)}
        keys = (*words, *(f"terms_{name}" for name in conditions))
        made.append(Looked(keys, _kinds(level), tried=not _many(numbers, len(keys))))
        values |= words | _tiers(f"tiers_{n}", listed, numbers, _in_level(place, n))
    values |= _tiers("counted", Shape(frozenset(), "checks"), _numbers(levels[0], conditions), None)
    values |= _meanings(levels[-1])
    return SearchShape(listed, tuple(made), few=TRIED), values


def _kinds(level: Level) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(kind for kind in KINDS if getattr(word, kind)) for word in level)


def _meanings(level: Level) -> dict[str, object]:
    return {f"text_{n}_{kind}": list(getattr(word, kind)) for n, word in enumerate(level) for kind in KINDS}


def _numbers(level: Level, conditions: Terms) -> list[int]:
    """Returns about how many clinics have each of the terms."""
    counts: Counts = g.get("clinics_meant", {})
    asked = [(COUNTED.get(name), terms[0][1:]) for name, terms in conditions.items()]
    uncounted = int(UNCOUNTED * _all())
    met = (counts.get(kind, {}).get(value, 0) if kind else uncounted for kind, value in asked)
    return [*map(clinics_with, level), *met]


def _all() -> int:
    counts: Counts = g.get("clinics_meant", {})
    return max(1, sum(counts.get("countries", {}).values()))


def _about(numbers: list[int]) -> float:
    """Returns how many clinics have all of the terms if none has to do with another."""
    return _all() * prod(number / _all() for number in numbers)


def _many(numbers: list[int], keys: int) -> bool:
    return _about(numbers) >= (2 * TRIED if keys == 1 else SURE)


def _expected(numbers: list[int]) -> float:
    """Returns how many clinics there may be of what turned out to be many: terms that go together are no surprise."""
    about = _about(numbers)
    return max(1, about if about > 2 * TRIED else sqrt(TRIED * max(TRIED, min(numbers))))


def _tiers(name: str, listed: Shape, numbers: list[int], place: RankedCursor | None) -> dict[str, object]:
    """Returns from where to where tiers are read, and how many clinics a stretch and a step have."""
    if listed.sort not in search_terms.ORDERS:
        return {}
    lowest = search_terms.ORDERS[listed.sort]
    beyond = lowest[0] + chr(ord(lowest[1]) + 1)
    begin = search_terms.tier_of(listed.sort, place.rank) if place else beyond if listed.back else lowest
    narrow = max(1, int(PER_STEP * _all() / _expected(numbers)))
    wide = max(narrow, min(STEPS * narrow, _all() // STRETCHES))
    given = {"lowest": lowest, "beyond": beyond, "begin": begin, "narrow": narrow, "wide": wide}
    return {f"{name}_{what}": value for what, value in given.items()}


def _in_level(place: Cursor | None, level: int) -> RankedCursor | None:
    return place if isinstance(place, RankedCursor) and place.half // 2 == level else None
