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
    Select,
    Subquery,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from marketplace.catalogue.models import Procedure, Treatment
from marketplace.clinics.summaries import ClinicCard, ClinicOffer

CARD, OFFER = ClinicCard.metadata.tables["clinic_card"], ClinicOffer.metadata.tables["clinic_offer"]
PROCEDURE, TREATMENT = Procedure.metadata.tables["procedure"], Treatment.metadata.tables["treatment"]
PLACED = ("rank", "half", "shuffle")  # of a clinic in its list
RANKS = {"checks": "checks_rank", "reply": "reply_rank", "price": "price_rank"}
Conditions = tuple[ColumnElement[bool], ...]


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

    @property
    def of_offers(self) -> bool:
        """Whether one offer has to meet conditions of its own."""
        return bool(self.conditions & {"procedure", "treatment"})


def page_statement(shape: Shape, text: Conditions = ()) -> Select[*tuple[object, ...]]:
    """Returns the statement of one page: the cards with their places, and the total where it is counted.

    `text` are the conditions of a search, which are different for each.
    """
    return _page(shape, text) if text else _page_once(shape)


def count_statement(shape: Shape, text: Conditions = ()) -> Select[int]:
    """Returns the statement that counts what matches, up to `counted_to` and one more.

    It is read in the order of a list: so it comes from an index, and not from the whole table.
    """
    of = OFFER if shape.of_offers else CARD
    matching = select(literal_column("1", Integer).label("one")).where(*_conditions(shape), *text)
    matching = matching.select_from(_source(shape, joined=bool(text)))
    if shape.gathered:
        matching = select(_fenced(matching))
    else:
        matching = matching.order_by(of.c[RANKS.get(shape.sort, RANKS["checks"])])
    return select(func.count()).select_from(matching.limit(literal_column(str(shape.counted_to + 1))).subquery())


@lru_cache(512)
def _page_once(shape: Shape) -> Select[*tuple[object, ...]]:
    return _page(shape, ())


def _page(shape: Shape, text: Conditions) -> Select[*tuple[object, ...]]:
    keys = _by_name(shape, text) if shape.sort == "name" else _by_rank(shape, text)
    columns = [(keys if name in PLACED else CARD).c[name] for name in ListedClinic._fields]
    if shape.counted_to:
        columns.append(count_statement(shape, text).scalar_subquery().label("total"))
    joined = keys.join(CARD, CARD.c.clinic_id == keys.c.clinic_id)
    return select(*columns).select_from(joined).order_by(*_ordered(shape, keys))


def _ordered(shape: Shape, keys: FromClause) -> list[ColumnElement[Any]]:
    if shape.sort == "name":
        order: list[ColumnElement[Any]] = [keys.c.name, keys.c.clinic_id]
    else:
        order = [keys.c.rank, keys.c.half, keys.c.shuffle]
    return [column.desc() for column in order] if shape.back else order


def _limited(query: Select[*tuple[object, ...]], shape: Shape) -> Subquery:
    """The rows of the page; a number that is written out tells the planner that it may stop early."""
    query = query.limit(literal_column(str(shape.rows)))
    return (query.offset(_number("offset")) if shape.by_number else query).subquery("keys")


def _by_name(shape: Shape, text: Conditions) -> Subquery:
    nothing = [literal_column("0", Integer).label(name) for name in PLACED]
    query = select(CARD.c.clinic_id, CARD.c.name, *nothing).select_from(_source(shape, joined=True))
    query = query.where(*_conditions(shape), *text)
    keys: FromClause = CARD
    if shape.gathered:
        keys = _fenced(query)
        query = select(keys)
    place = tuple_(keys.c.name, keys.c.clinic_id)
    from_place = tuple_(bindparam("name", type_=Text()), bindparam("clinic_id", type_=Uuid()))
    query = query.where(place < from_place if shape.back else place > from_place)
    return _limited(query.order_by(*_ordered(shape, keys)), shape)


def _fenced(query: Select[*tuple[object, ...]]) -> Subquery:
    """The rows of a query that is planned by itself, for all of its rows: nobody looks through OFFSET."""
    return query.offset(literal_column("0")).subquery("found")


def _by_rank(shape: Shape, text: Conditions) -> Subquery:
    if shape.gathered:
        return _limited(_gathered(shape, text), shape)
    both = union_all(*(_half(shape, text, half).subquery(f"half_{half}").select() for half in (0, 1))).subquery("both")
    return _limited(select(both).order_by(*_ordered(shape, both)), shape)


def _gathered(shape: Shape, text: Conditions) -> Select[*tuple[object, ...]]:
    of = OFFER if shape.of_offers else CARD
    half = case((of.c.shuffle < _number("turn"), 1), else_=0).label("half")
    query = select(of.c.clinic_id, of.c.shuffle, of.c[RANKS[shape.sort]].label("rank"), half)
    query = query.select_from(_source(shape, joined=True)).where(*_conditions(shape), *text)
    found = _fenced(query)
    place = tuple_(found.c.rank, found.c.half, found.c.shuffle)
    from_place = tuple_(*(_number(name) for name in ("rank", "half", "shuffle")))
    query = select(found).where(place < from_place if shape.back else place > from_place)
    return query.order_by(*_ordered(shape, found))


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger())


def _half(shape: Shape, text: Conditions, half: int) -> Select[*tuple[object, ...]]:
    """One part of the list: rank and shuffle are compared as one place, so that an index begins there."""
    of = OFFER if shape.of_offers else CARD
    rank, shuffle = of.c[RANKS[shape.sort]], of.c.shuffle
    place = tuple_(rank, shuffle)
    from_place, turn = tuple_(_number(f"rank_{half}"), _number(f"shuffle_{half}")), _number("turn")
    query = select(of.c.clinic_id, rank.label("rank"), literal_column(str(half)).label("half"), shuffle)
    query = query.select_from(_source(shape, joined=bool(text)))
    query = query.where(*_conditions(shape), *text, shuffle < turn if half else shuffle >= turn)
    # Without a place to begin at, an index leaps to the turn in each group of equals.
    if shape.placed:
        query = query.where(place < from_place if shape.back else place > from_place)
    reach = _number("reach") if shape.by_number else literal_column(str(shape.rows))
    return query.order_by(*((rank.desc(), shuffle.desc()) if shape.back else (rank, shuffle))).limit(reach)


def _source(shape: Shape, *, joined: bool) -> FromClause:
    """The offers where one has to meet conditions, with the cards where they are asked as well; else the cards."""
    if not shape.of_offers:
        return CARD
    joined = joined or shape.gathered or "city" in shape.conditions
    return OFFER.join(CARD, CARD.c.clinic_id == OFFER.c.clinic_id) if joined else OFFER


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    # What few have is found by the cards' indexes.
    of = OFFER if shape.of_offers and not shape.gathered else CARD
    conditions = {name: _condition(name, of, shape) for name in sorted(shape.conditions)}
    if "procedure" in conditions:
        conditions.pop("treatment", None)  # the procedure says of which
    return list(conditions.values())


def _condition(name: str, of: Table, shape: Shape) -> ColumnElement[bool]:
    value = bindparam(name, type_=Text())
    if name == "procedure":
        return OFFER.c.procedure_id == select(PROCEDURE.c.id).where(PROCEDURE.c.slug == value).scalar_subquery()
    if name == "treatment":
        about = select(TREATMENT.c.id).where(TREATMENT.c.slug == value).scalar_subquery()
        return (OFFER.c.treatment_id == about) & OFFER.c.is_lowest
    if name == "language":
        return of.c.languages.contains(bindparam(name, type_=ARRAY(TEXT)))
    if name == "max_price":
        return (OFFER if shape.of_offers else CARD).c.price_rank <= _number(name)
    return (CARD if name == "city" else of).c[name] == value
