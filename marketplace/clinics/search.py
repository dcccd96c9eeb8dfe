"""Finds published clinics by what a reader looks for: one statement a page, however many clinics there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from math import inf
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select

from marketplace.clinics import search_terms
from marketplace.clinics.list_cursor import MAX_SHUFFLE, SORTS, Cursor, NamedCursor, RankedCursor, turn_of
from marketplace.clinics.list_statements import PLACED, ListedClinic, Shape, count_statement, page_statement
from marketplace.clinics.search_plan import searched
from marketplace.clinics.search_statement import search_count, search_page
from marketplace.clinics.search_words import near
from marketplace.clinics.text_search import Level, Meant, clinics_at_most, levels, procedures_named, words_of
from marketplace.extensions import db
from marketplace.foundation import clock

PAGE = 20
READ = 26  # rows for a page: for fewer PostgreSQL looks for the few of a low price in the order of the list
MAX_PAGE = 40  # by number; beyond it a page is reached from the one before it
FEW = 2_000  # clinics: so many are sorted faster than they are met in the order of a list of a million
COUNTED_TO = 100  # what matches several conditions is counted so far
MIN_SHUFFLE = -MAX_SHUFFLE - 1


@dataclass(frozen=True)
class ClinicFilter:
    """What a reader looks for; None means everything. `max_price` in euro cents for a session.

    A condition has the name of its form field, and of its count among the facets where there is one. The page is the
    one after the place `after`, or before `before`; without either it is found by its number.
    """

    country: str | None = field(default=None, metadata={"condition": True})
    city: str | None = field(default=None, metadata={"condition": True})
    treatment: str | None = field(default=None, metadata={"condition": True})
    procedure: str | None = field(default=None, metadata={"condition": True})
    language: str | None = field(default=None, metadata={"condition": True})
    max_price: int | None = field(default=None, metadata={"condition": True})
    q: str | None = field(default=None, metadata={"condition": True})
    sort: str = SORTS[0]
    page: int = 1
    after: Cursor | None = None
    before: Cursor | None = None

    def without(self, name: str) -> "ClinicFilter":
        """Returns the same filter without one condition."""
        changed: dict[str, Any] = {name: None}
        return replace(self, **changed)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The names of the conditions that are set."""
        return tuple(name for name in CONDITIONS if getattr(self, name))

    @property
    def place(self) -> Cursor | None:
        """The place in the list that the page is at."""
        return self.after or self.before


CONDITIONS = tuple(each.name for each in fields(ClinicFilter) if each.metadata.get("condition"))


class Total(NamedTuple):
    """How many clinics match; `more` where there are more than were counted."""

    number: int
    more: bool = False


class Known(NamedTuple):
    """What counts say of a search before it is made: how many match, and of which part of the market at most."""

    total: int | None = None
    at_most: float = inf


NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class ListPage:
    """One page of the list, and the places before its first and after its last clinic; None where nothing is there."""

    rows: Sequence[ListedClinic]
    total: Total
    page: int
    before: Cursor | None = None
    after: Cursor | None = None
    meant: Level = ()  # what the words of a search were taken for


def search(wanted: ClinicFilter, *, known: Known = NOTHING_KNOWN) -> ListPage:
    """Returns one page of clinics, filtered and sorted, with a total that is known or counted so far.

    A page by a number that is beyond the list is its last one.
    """
    found = _page(wanted, known)
    if found.rows or wanted.place or wanted.page == 1:
        return found
    there = count(wanted, counted_to=MAX_PAGE * PAGE)
    last = max(1, -(-min(there.number, MAX_PAGE * PAGE) // PAGE))
    return replace(_page(replace(wanted, page=last), known._replace(total=there.number)), total=there)


def count(wanted: ClinicFilter, *, counted_to: int = COUNTED_TO) -> Total:
    """Counts the clinics that match, so far."""
    statement, values = _counting(wanted, NOTHING_KNOWN, counted_to=counted_to)
    return _total(db.session.scalar(statement, values) or 0, counted_to)


def _counting(wanted: ClinicFilter, known: Known, *, counted_to: int) -> tuple[Select[int], dict[str, object]]:
    shape, values = _shape(wanted, known, counted_to=counted_to)
    if not wanted.q:
        return count_statement(shape), values
    meant, conditions = understood(wanted.q), _asked_for(wanted)
    sought, given = searched(shape, meant, conditions, place=None, turn=turn_of(clock.today()))
    return search_count(sought), values | given


def counts_without_each(wanted: ClinicFilter, known: Callable[[ClinicFilter], Known]) -> dict[str, Total]:
    """Counts, by the name of each condition that is set, the clinics that match without it.

    One statement counts all of those that are not known.
    """
    others = {name: wanted.without(name) for name in wanted.conditions}
    totals = {name: known(other).total for name, other in others.items()}
    found = {name: Total(total) for name, total in totals.items() if total is not None}
    unknown = others.keys() - found.keys()
    counts = [_counting(others[name], known(others[name]), counted_to=COUNTED_TO) for name in unknown]
    if counts:
        values = {name: value for _statement, given in counts for name, value in given.items()}
        numbers = db.session.execute(select(*(each.scalar_subquery() for each, _given in counts)), values).one()
        found |= {name: _total(number, COUNTED_TO) for name, number in zip(unknown, numbers, strict=True)}
    return {name: found[name] for name in others}


def _total(number: int, counted_to: int) -> Total:
    return Total(min(number, counted_to), more=number > counted_to)


def _shape(wanted: ClinicFilter, known: Known, *, counted_to: int) -> tuple[Shape, dict[str, object]]:
    """Returns the shape of a statement with the conditions of what is wanted, and their values."""
    names = frozenset(wanted.conditions) - {"q"}
    values: dict[str, object] = {name: getattr(wanted, name) for name in names}
    values |= {"language": [wanted.language]} if wanted.language else {}
    return Shape(names, wanted.sort, gathered=known.at_most <= FEW and not wanted.q, counted_to=counted_to), values


def understood(query: str | None) -> list[Level]:
    """Returns what a search finds first and what after it; text without a word in it, like "/", finds nothing."""
    if not query:
        return []
    typed = words_of(query)
    if not typed:
        return [(Meant(),)]
    first, *then = levels(typed, near(typed), procedures_named())
    # Nobody reads what comes after thousands.
    return [first, *then] if clinics_at_most(first) < FEW else [first]


def asked(
    wanted: ClinicFilter, known: Known = NOTHING_KNOWN, meant: list[Level] | None = None
) -> tuple[Select[*tuple[object, ...]], dict[str, object]]:
    """Returns the statement of a page, and its values."""
    place = wanted.place
    offset = 0 if place else (wanted.page - 1) * PAGE
    shape, values = _shape(wanted, known, counted_to=COUNTED_TO if known.total is None else 0)
    shape = shape._replace(
        rows=max(READ, PAGE + 1), placed=place is not None, back=wanted.before is not None, by_number=offset > 0
    )
    turn = turn_of(_day(wanted))
    values |= _from_place(place, shape) | {"turn": turn, "offset": offset, "reach": offset + shape.rows}
    if not wanted.q:
        return page_statement(shape), values
    meant = understood(wanted.q) if meant is None else meant
    sought, given = searched(shape, meant, _asked_for(wanted), place=place, turn=turn)
    return search_page(sought), values | given


def _asked_for(wanted: ClinicFilter) -> dict[str, list[str]]:
    """Returns the terms that the conditions of a search stand for; a card needs one of each."""
    asked = {name: getattr(wanted, name) for name in search_terms.OF_CONDITION}
    made = {name: [search_terms.OF_CONDITION[name](value)] for name, value in asked.items() if value}
    return made | ({"max_price": search_terms.prices_up_to(wanted.max_price)} if wanted.max_price else {})


def _day(wanted: ClinicFilter) -> date:
    return wanted.place.day if isinstance(wanted.place, RankedCursor) else clock.today()


def _page(wanted: ClinicFilter, known: Known) -> ListPage:
    meant = understood(wanted.q)
    result = list(db.session.execute(*asked(wanted, known, meant)))
    listed = [ListedClinic._make(row[: len(ListedClinic._fields)]) for row in result]
    total = Total(known.total or 0)
    if known.total is None and result:
        total = _total(result[0].total, COUNTED_TO)
    return replace(_shown(wanted, listed, total, _day(wanted)), meant=meant[0] if meant else ())


def _from_place(place: Cursor | None, shape: Shape) -> dict[str, object]:
    """The values of the place from which each half is read; without one it is before all others."""
    if isinstance(place, NamedCursor):
        return {"name": place.name, "clinic_id": place.clinic_id}
    if shape.sort == "name":
        return {"name": "", "clinic_id": UUID(int=0)}
    halves = {name: value for half in (0, 1) for name, value in _of_half(place, half).items()}
    if place is None:
        return halves | dict.fromkeys(PLACED, -1)
    level, half = divmod(place.half, 2)
    return halves | {"level": level, "rank": place.rank, "half": half, "shuffle": place.shuffle}


def _of_half(place: RankedCursor | None, half: int) -> dict[str, object]:
    """Where a half is read from: in the other half, equals of the place come all after it, or all before it."""
    if place is None:
        return {f"rank_{half}": -1, f"shuffle_{half}": -1}
    others = MAX_SHUFFLE if half < place.half else MIN_SHUFFLE
    return {f"rank_{half}": place.rank, f"shuffle_{half}": place.shuffle if half == place.half else others}


def _shown(wanted: ClinicFilter, found: list[ListedClinic], total: Total, day: date) -> ListPage:
    rows, is_more = found[:PAGE], len(found) > PAGE
    if wanted.before:
        rows.reverse()
    is_first = wanted.place is None and wanted.page == 1
    has_before = is_more if wanted.before else not is_first
    has_after = True if wanted.before else is_more
    return ListPage(
        rows,
        total,
        wanted.page,
        before=_place_of(rows[0], wanted.sort, day) if rows and has_before else None,
        after=_place_of(rows[-1], wanted.sort, day) if rows and has_after else None,
    )


def _place_of(row: ListedClinic, sort: str, day: date) -> Cursor:
    if sort == "name":
        return NamedCursor(row.name, row.clinic_id)
    return RankedCursor(sort, day, row.half, row.rank, row.shuffle)
