"""The statements of the list of clinics, each built once for the conditions that are set and the order.

A list sorted by a rank is read in two parts: the places of the shuffle from the day's turn on, and those before it. An
index gives each part in its order, so that it stops after one page; of both together the page is the first of equals.
What a search finds first and what it finds after that are two such lists, one behind the other.
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
    Text,
    Uuid,
    bindparam,
    case,
    false,
    func,
    literal_column,
    not_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from marketplace.catalogue.models import Procedure, Treatment
from marketplace.clinics.list_text import TextShape, found_cards, is_found
from marketplace.clinics.summaries import ClinicCard, ClinicOffer

CARD, OFFER = ClinicCard.metadata.tables["clinic_card"], ClinicOffer.metadata.tables["clinic_offer"]
PROCEDURE, TREATMENT = Procedure.metadata.tables["procedure"], Treatment.metadata.tables["treatment"]
PLACED = ("rank", "half", "shuffle")  # of a clinic in its list; the half says of which level of a search, too
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
    text: TextShape = ()  # what is searched for
    few: int = 0  # the first levels of it that find few cards
    driver: int | None = None  # the word of it that is looked up

    @property
    def halves(self) -> int:
        """The parts that a list sorted by rank is read in: two for each level; only the usual order has several."""
        return 2 * max(1, len(self.text)) if self.sort == "checks" else 2

    def card(self, level: int = -1) -> FromClause:
        """The cards to choose from for a level of a search, or for all that it finds."""
        is_found = self.few > level % len(self.text) if self.text else False
        return found_cards(self.text[: self.few], self.driver) if is_found else CARD

    @property
    def of_offers(self) -> bool:
        """Whether one offer has to meet conditions of its own."""
        return bool(self.conditions & {"procedure", "treatment"})


@lru_cache(512)
def page_statement(shape: Shape) -> Select[*tuple[object, ...]]:
    """Returns the statement of one page: the cards with their places, and the total where it is counted."""
    keys = _by_name(shape) if shape.sort == "name" else _by_rank(shape)
    columns = [(keys if name in PLACED else CARD).c[name] for name in ListedClinic._fields]
    if shape.counted_to:
        columns.append(count_statement(shape).scalar_subquery().label("total"))
    joined = keys.join(CARD, CARD.c.clinic_id == keys.c.clinic_id)
    return select(*columns).select_from(joined).order_by(*_ordered(shape, keys))


def count_statement(shape: Shape) -> Select[int]:
    """Returns the statement that counts what matches, up to `counted_to` and one more.

    It is read in the order of a list: so it comes from an index, and not from the whole table.
    """
    of = OFFER if shape.of_offers else shape.card()
    matching = select(literal_column("1", Integer).label("one")).where(*_conditions(shape))
    matching = matching.select_from(_source(shape))
    if shape.gathered:
        matching = select(_fenced(matching))
    else:
        matching = matching.order_by(of.c[RANKS.get(shape.sort, RANKS["checks"])])
    return select(func.count()).select_from(matching.limit(literal_column(str(shape.counted_to + 1))).subquery())


def _ordered(shape: Shape, keys: FromClause) -> list[ColumnElement[Any]]:
    if shape.sort == "name":
        order: list[ColumnElement[Any]] = [keys.c.name, keys.c.clinic_id]
    else:
        order = [keys.c.level, keys.c.rank, keys.c.half, keys.c.shuffle]
    return [column.desc() for column in order] if shape.back else order


def _limited(query: Select[*tuple[object, ...]], shape: Shape) -> Subquery:
    """The rows of the page; a number that is written out tells the planner that it may stop early."""
    query = query.limit(literal_column(str(shape.rows)))
    return (query.offset(_number("offset")) if shape.by_number else query).subquery("keys")


def _by_name(shape: Shape) -> Subquery:
    keys = shape.card()
    nothing = [literal_column("0", Integer).label(name) for name in (*PLACED, "level")]
    query = select(keys.c.clinic_id, keys.c.name, *nothing).select_from(_source(shape, joined=True))
    query = query.where(*_conditions(shape))
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


def _by_rank(shape: Shape) -> Subquery:
    if shape.gathered:
        return _limited(_gathered(shape), shape)
    halves = (_half(shape, half).subquery(f"half_{half}").select() for half in range(shape.halves))
    both = union_all(*halves).subquery("both")
    return _limited(select(both).order_by(*_ordered(shape, both)), shape)


def _gathered(shape: Shape) -> Select[*tuple[object, ...]]:
    of = OFFER if shape.of_offers else CARD
    level = case((is_found(shape.text, 0), 0), else_=1) if shape.halves > 2 else literal_column("0", Integer)
    half = (case((of.c.shuffle < _number("turn"), 1), else_=0) + 2 * level).label("half")
    query = select(of.c.clinic_id, of.c.shuffle, of.c[RANKS[shape.sort]].label("rank"), half, level.label("level"))
    query = query.select_from(_source(shape, joined=True)).where(*_conditions(shape))
    found = _fenced(query)
    place = tuple_(found.c.level, found.c.rank, found.c.half, found.c.shuffle)
    from_place = tuple_(*(_number(name) for name in ("level", "rank", "half", "shuffle")))
    query = select(found).where(place < from_place if shape.back else place > from_place)
    return query.order_by(*_ordered(shape, found))


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger())


def _half(shape: Shape, half: int) -> Select[*tuple[object, ...]]:
    """One part of the list: rank and shuffle are compared as one place, so that an index begins there."""
    level = half // 2 if shape.halves > 2 else -1
    of = OFFER if shape.of_offers else shape.card(level)
    rank, shuffle = of.c[RANKS[shape.sort]], of.c.shuffle
    place = tuple_(rank, shuffle)
    from_place, turn = tuple_(_number(f"rank_{half}"), _number(f"shuffle_{half}")), _number("turn")
    placed = {name: literal_column(str(n), Integer).label(name) for name, n in (("half", half), ("level", half // 2))}
    query = select(of.c.clinic_id, rank.label("rank"), shuffle, *placed.values())
    query = query.select_from(_source(shape, level=level)).where(*_conditions(shape, level=level))
    query = query.where(shuffle < turn if half % 2 else shuffle >= turn)
    # Without a place to begin at, an index leaps to the turn in each group of equals.
    if shape.placed:
        query = query.where(place < from_place if shape.back else place > from_place)
    reach = _number("reach") if shape.by_number else literal_column(str(shape.rows))
    return query.order_by(*((rank.desc(), shuffle.desc()) if shape.back else (rank, shuffle))).limit(reach)


def _source(shape: Shape, *, level: int = -1, joined: bool = False) -> FromClause:
    """The offers where one has to meet conditions, with the cards where they are asked as well; else the cards."""
    card = shape.card(level)
    if not shape.of_offers:
        return card
    joined = joined or shape.gathered or bool(shape.text) or "city" in shape.conditions
    return OFFER.join(card, card.c.clinic_id == OFFER.c.clinic_id) if joined else OFFER


def _conditions(shape: Shape, *, level: int = -1) -> list[ColumnElement[bool]]:
    """All conditions; a search's are those of the level, without what the one before it found, or else of the last."""
    conditions = {name: _condition(name, shape, shape.card(level)) for name in sorted(shape.conditions)}
    if "procedure" in conditions:
        conditions.pop("treatment", None)  # the procedure says of which
    return [*conditions.values(), *_text_conditions(shape, level)]


def _text_conditions(shape: Shape, level: int) -> list[ColumnElement[bool]]:
    card = shape.card(level)
    if not shape.text or card is not CARD:
        return [card.c.level == literal_column(str(level))] if shape.text and level >= 0 else []
    found = is_found(shape.text, level % len(shape.text))
    if level > 0:
        found &= not_(is_found(shape.text, level - 1))
    # What the planner cannot look into it takes for half of all, and reads the list in its order.
    return [case((found, true()), else_=false())]


def _condition(name: str, shape: Shape, card: FromClause) -> ColumnElement[bool]:
    # What few have is found by the cards' indexes.
    of = OFFER if shape.of_offers and not shape.gathered else card
    value = bindparam(name, type_=Text())
    if name == "procedure":
        return OFFER.c.procedure_id == select(PROCEDURE.c.id).where(PROCEDURE.c.slug == value).scalar_subquery()
    if name == "treatment":
        about = select(TREATMENT.c.id).where(TREATMENT.c.slug == value).scalar_subquery()
        return (OFFER.c.treatment_id == about) & OFFER.c.is_lowest
    if name == "language":
        return of.c.languages.contains(bindparam(name, type_=ARRAY(TEXT)))
    if name == "max_price":
        return (OFFER if shape.of_offers else card).c.price_rank <= _number(name)
    return (card if name == "city" else of).c[name] == value
