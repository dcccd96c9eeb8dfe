"""The statements of the list of clinics, each built once for the conditions that are set and the order.

A list sorted by a rank is read in two parts: the places of the shuffle from the day's turn on, and those before it. An
index gives each part in its order, so that it stops after one page; of both together the page is the first of equals.
"""

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    Select,
    Subquery,
    Text,
    Uuid,
    bindparam,
    case,
    false,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from marketplace.catalogue.models import Procedure, Treatment
from marketplace.clinics.list_packages import packages_of
from marketplace.clinics.list_text import Kinds, has_words
from marketplace.clinics.summaries import ClinicCard, ClinicOffer

CARD, OFFER = ClinicCard.metadata.tables["clinic_card"], ClinicOffer.metadata.tables["clinic_offer"]
PROCEDURE, TREATMENT = Procedure.metadata.tables["procedure"], Treatment.metadata.tables["treatment"]
PLACED = ("rank", "half", "shuffle")  # of a clinic in its list
RANKS = {"checks": "checks_rank", "reply": "reply_rank", "price": "price_rank"}


class ListedClinic(NamedTuple):
    """What a card shows of a clinic, and its place in the list that was asked for."""

    clinic_id: UUID
    slug: str
    name: str
    country: str
    city: str
    languages: list[str]
    roles: list[str]
    currency: str
    checks_of: int
    passed_until: list[date]
    checked_on: date | None
    ends_on: date | None
    required_until: date | None
    reply_minutes: int | None
    prices: dict[str, tuple[int, int]]
    packages: dict[str, tuple[int, int]] | None  # sessions and price by the procedure's slug
    rank: int
    half: int
    shuffle: int


class Shape(NamedTuple):
    """What a statement depends on beside the values: which conditions are set, and how much is read."""

    conditions: frozenset[str]
    sort: str
    rows: int = 0  # at most
    gathered: bool = False  # few match: they are found by what they have and sorted, not met in the list's order
    placed: bool = False  # there is a place to begin at
    back: bool = False  # the page before a place, not the one after it
    by_number: bool = False  # the page after as many rows as `offset` says; `reach` are those with the page's own
    counted_to: int = 0  # where the total is counted, and how far
    words: Kinds = ()  # that a card has to have: a search that meets the cards in the order of the list

    @property
    def of_offers(self) -> bool:
        """Whether one offer has to meet conditions of its own."""
        return bool(self.conditions & {"procedure", "treatment"})


@lru_cache(512)
def page_statement(shape: Shape) -> Select[*tuple[object, ...]]:
    """Returns the statement of one page: the cards with their places, and the total where it is counted."""
    keys = page_keys(shape)
    columns = card_columns(keys)
    if shape.counted_to:
        columns.append(count_statement(shape).scalar_subquery().label("total"))
    joined = keys.join(CARD, CARD.c.clinic_id == keys.c.clinic_id)
    return select(*columns).select_from(joined).order_by(*ordered(shape, keys))


def card_columns(keys: FromClause) -> list[ColumnElement[Any]]:
    """Returns the columns of ListedClinic, for the clinics of a page."""
    of_keys: dict[str, ColumnElement[Any]] = {"packages": packages_of(keys), **{name: keys.c[name] for name in PLACED}}
    return [of_keys[name] if name in of_keys else CARD.c[name] for name in ListedClinic._fields]


def page_keys(shape: Shape) -> Subquery:
    """Returns the clinics of the page with their places in the list."""
    return _limited(keys_in_order(shape), shape)


def keys_in_order(shape: Shape) -> Select[*tuple[object, ...]]:
    """Returns the clinics from a place in the list on, as far as the page reaches, with their places."""
    return _by_name(shape) if shape.sort == "name" else _by_rank(shape)


def count_statement(shape: Shape) -> Select[int]:
    """Returns the statement that counts what matches, up to `counted_to` and one more.

    It is read in the order of a list: so it comes from an index, and not from the whole table.
    """
    of = OFFER if shape.of_offers else CARD
    matching = select(literal_column("1", Integer).label("one")).where(*_conditions(shape))
    matching = matching.select_from(_source(shape))
    if shape.gathered:
        matching = select(_fenced(matching))
    else:
        matching = matching.order_by(of.c[RANKS.get(shape.sort, RANKS["checks"])])
    return select(func.count()).select_from(matching.limit(literal_column(str(shape.counted_to + 1))).subquery())


def ordered(shape: Shape, keys: FromClause) -> list[ColumnElement[Any]]:
    """Returns the order of the list, or the one to its beginning."""
    by_name = ("name", "clinic_id")
    order: list[ColumnElement[Any]] = [keys.c[name] for name in (by_name if shape.sort == "name" else PLACED)]
    return [column.desc() for column in order] if shape.back else order


def _limited(query: Select[*tuple[object, ...]], shape: Shape) -> Subquery:
    """The rows of the page; a number that is written out tells the planner that it may stop early."""
    query = query.limit(literal_column(str(shape.rows)))
    return (query.offset(number("offset")) if shape.by_number else query).subquery("keys")


def _by_name(shape: Shape) -> Select[*tuple[object, ...]]:
    keys: FromClause = CARD
    nothing = [literal_column("0", Integer).label(name) for name in PLACED]
    query = select(keys.c.clinic_id, keys.c.name, *nothing).select_from(_source(shape, joined=True))
    query = query.where(*_conditions(shape))
    if shape.gathered:
        keys = _fenced(query)
        query = select(keys)
    place = tuple_(keys.c.name, keys.c.clinic_id)
    from_place = tuple_(bindparam("name", type_=Text()), bindparam("clinic_id", type_=Uuid()))
    query = query.where(place < from_place if shape.back else place > from_place)
    return query.order_by(*ordered(shape, keys))


def _fenced(query: Select[*tuple[object, ...]]) -> Subquery:
    """The rows of a query that is planned by itself, for all of its rows: nobody looks through OFFSET."""
    return query.offset(literal_column("0")).subquery("found")


def _by_rank(shape: Shape) -> Select[*tuple[object, ...]]:
    if shape.gathered:
        return _gathered(shape)
    halves = (_half(shape, half).subquery(f"half_{half}").select() for half in (0, 1))
    both = union_all(*halves).subquery("both")
    return select(both).order_by(*ordered(shape, both))


def _gathered(shape: Shape) -> Select[*tuple[object, ...]]:
    of = OFFER if shape.of_offers else CARD
    half = half_of(of)
    query = select(of.c.clinic_id, of.c.shuffle, of.c[RANKS[shape.sort]].label("rank"), half)
    query = query.select_from(_source(shape, joined=True)).where(*_conditions(shape))
    found = _fenced(query)
    return select(found).where(is_after_place(shape, found)).order_by(*ordered(shape, found))


def half_of(of: FromClause) -> Label[int]:
    """Returns the half that a clinic is in: 1 where it stands before the turn of the day."""
    return case((of.c.shuffle < number("turn"), 1), else_=0).label("half")


def is_after_place(shape: Shape, found: FromClause) -> ColumnElement[bool]:
    """Whether a clinic comes after the place that the page begins at, or before it."""
    place, from_place = (tuple_(*(each(name) for name in PLACED)) for each in (found.c.get, number))
    return place < from_place if shape.back else place > from_place


def number(name: str) -> BindParameter[int]:
    """Returns a number that is given with the statement's values."""
    return bindparam(name, type_=BigInteger())


def _half(shape: Shape, half: int) -> Select[*tuple[object, ...]]:
    """One part of the list: rank and shuffle are compared as one place, so that an index begins there."""
    of = OFFER if shape.of_offers else CARD
    rank, shuffle = of.c[RANKS[shape.sort]], of.c.shuffle
    place = tuple_(rank, shuffle)
    from_place, turn = tuple_(number(f"rank_{half}"), number(f"shuffle_{half}")), number("turn")
    query = select(of.c.clinic_id, rank.label("rank"), shuffle, literal_column(str(half), Integer).label("half"))
    query = query.select_from(_source(shape)).where(*_conditions(shape))
    query = query.where(shuffle < turn if half else shuffle >= turn)
    # Without a place to begin at, an index leaps to the turn in each group of equals.
    if shape.placed:
        query = query.where(place < from_place if shape.back else place > from_place)
    return query.order_by(*((rank.desc(), shuffle.desc()) if shape.back else (rank, shuffle))).limit(reach(shape))


def reach(shape: Shape) -> ColumnElement[int]:
    """Returns how many clinics a page reaches to; a number written out lets the planner stop early."""
    return number("reach") if shape.by_number else literal_column(str(shape.rows), Integer)


def _source(shape: Shape, *, joined: bool = False) -> FromClause:
    """The offers where one has to meet conditions, with the cards where they are asked as well; else the cards."""
    if not shape.of_offers:
        return CARD
    joined = joined or shape.gathered or bool(shape.words) or "city" in shape.conditions
    return OFFER.join(CARD, CARD.c.clinic_id == OFFER.c.clinic_id) if joined else OFFER


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    conditions = [condition(name, shape) for name in sorted(asked_apart(shape))]
    # What the planner cannot look into it takes for half of all, and reads the list in its order.
    return [*conditions, case((has_words(shape.words), true()), else_=false())] if shape.words else conditions


def asked_apart(shape: Shape) -> frozenset[str]:
    """Returns the conditions to be asked: a procedure says of which treatment it is."""
    return shape.conditions - {"treatment"} if "procedure" in shape.conditions else shape.conditions


def condition(name: str, shape: Shape) -> ColumnElement[bool]:
    """Returns the condition of that name on the offers, or else the cards."""
    # What few have is found by the cards' indexes.
    of = OFFER if shape.of_offers and not shape.gathered else CARD
    value = bindparam(name, type_=Text())
    if name == "procedure":
        return OFFER.c.procedure_id == select(PROCEDURE.c.id).where(PROCEDURE.c.slug == value).scalar_subquery()
    if name == "treatment":
        about = select(TREATMENT.c.id).where(TREATMENT.c.slug == value).scalar_subquery()
        return (OFFER.c.treatment_id == about) & OFFER.c.is_lowest
    if name == "language":
        return of.c.languages.contains(bindparam(name, type_=ARRAY(TEXT)))
    if name == "max_price":
        return (OFFER if shape.of_offers else CARD).c.price_rank <= number(name)
    return (CARD if name == "city" else of).c[name] == value
