"""The statement of a search by words: a page of what it finds, and how many that are.

Few cards are read whole, by the index of terms, and sorted. Of many the first are looked for tier by tier of the order,
each time by the same index: so a page reads about as many cards as it shows, wherever in the order they stand. Only an
order that has no tiers, by name or by the price of an offer, is met card by card.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    collate,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from marketplace.clinics.list_statements import (
    CARD,
    OFFER,
    PLACED,
    RANKS,
    Shape,
    asked_apart,
    card_columns,
    condition,
    half_of,
    keys_in_order,
    number,
    ordered,
    reach,
)
from marketplace.clinics.list_text import Kinds
from marketplace.clinics.search_steps import tiers_in_steps
from marketplace.clinics.search_terms import OF_CONDITION, ORDERS, TERMS, SearchTier

BY_INDEX = frozenset(OF_CONDITION)  # conditions that have terms
PRICES = "terms_max_price"  # the tiers up to a price
TIER = SearchTier.metadata.tables[SearchTier.__tablename__]


class Looked(NamedTuple):
    """A level of a search: the names of the sets of terms of each of which a card needs one, and what is done first."""

    keys: tuple[str, ...]
    words: Kinds  # for a list that is met in its order
    tried: bool  # they may be few: so many are read before tiers are


class SearchShape(NamedTuple):
    """What a search's statement depends on: the list's shape, its levels, and how many cards are few."""

    listed: Shape
    levels: tuple[Looked, ...]
    few: int

    @property
    def with_offers(self) -> bool:
        """Whether an offer is asked beside the card's terms."""
        listed = self.listed
        return listed.of_offers and (listed.sort == "price" or bool(listed.conditions & {"treatment", "max_price"}))

    @property
    def has_tiers(self) -> bool:
        """Whether the order is one of those that cards have tiers of."""
        return self.listed.sort in ORDERS and not (self.listed.sort == "price" and self.with_offers)

    @property
    def is_counted_page(self) -> bool:
        """Whether the page is the first of those that are counted."""
        listed = self.listed
        is_first = listed.sort == "checks" and not (listed.placed or listed.by_number)
        return is_first and not self.levels[0].tried and listed.counted_to >= listed.rows


@lru_cache(512)
def search_page(shape: SearchShape) -> Select[*tuple[object, ...]]:
    """Returns the statement of one page of what is found: the cards with their places, and their total."""
    listed, tried = shape.listed, _tried(shape)
    counted = _counted(shape) if shape.is_counted_page else None
    found = [select(*_of_level(shape, 0, counted))] if counted is not None else []
    for level, cards in enumerate(tried if counted is None else ()):
        if cards is not None:
            found.append(_of_few(shape, level, cards))
        many = _of_many(shape, level)
        found.append(many if cards is None else many.where(_number_of(cards) > shape.few))
    each = union_all(*(query.subquery(f"found_{n}").select() for n, query in enumerate(found))).subquery("each")
    query = select(each).order_by(*_ordered(listed, each)).limit(_number(listed.rows))
    keys = (query.offset(number("offset")) if listed.by_number else query).subquery("keys")
    joined = keys.join(CARD, CARD.c.clinic_id == keys.c.clinic_id)
    total = _total(shape, tried) if counted is None else _number_of(counted)
    return select(*card_columns(keys), total.label("total")).select_from(joined).order_by(*_ordered(listed, keys))


@lru_cache(512)
def search_count(shape: SearchShape) -> Select[int]:
    """Returns the statement that counts what is found, up to `counted_to` and some more."""
    return select(_total(shape, _tried(shape)))


def _total(shape: SearchShape, tried: list[CTE | None]) -> ColumnElement[int]:
    if tried[0] is not None:
        first, *then = (_number_of(cards) for cards in tried if cards is not None)
        return sum(then, first)
    return _number_of(_counted(shape))


def _counted(shape: SearchShape) -> CTE:
    """Returns the first of many cards, as many as are counted."""
    from_top = shape.listed._replace(sort="checks", placed=False, back=False, by_number=False)
    from_top = from_top._replace(rows=from_top.counted_to + 1)
    return _tier_by_tier(shape._replace(listed=from_top), 0, name="counted").cte().prefix_with("MATERIALIZED")


def _number_of(cards: CTE) -> ColumnElement[int]:
    return select(func.count()).select_from(cards).scalar_subquery()


def _tried(shape: SearchShape) -> list[CTE | None]:
    """Returns for each level its cards, a few and one more; of the second level those that the first has not."""
    made: list[CTE | None] = []
    for n, level in enumerate(shape.levels):
        query = _cards(shape, n)
        if made and made[0] is not None:
            query = query.where(CARD.c.clinic_id.not_in(select(made[0].c.clinic_id)), _number_of(made[0]) <= shape.few)
        query = query.limit(_number(shape.few + 1))
        made.append(query.cte().prefix_with("MATERIALIZED") if level.tried else None)
    return made


def _cards(shape: SearchShape, level: int, *more: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
    """Returns the cards of a level, found by their terms, with their place in the order."""
    listed = shape.listed
    terms = (TERMS.overlap(_terms(key)) for key in shape.levels[level].keys)
    by_terms = BY_INDEX - {"procedure"} if shape.with_offers else BY_INDEX
    beside_terms = [_beside_terms(name, shape) for name in sorted(asked_apart(listed) - by_terms)]
    source: FromClause = OFFER.join(CARD, CARD.c.clinic_id == OFFER.c.clinic_id) if shape.with_offers else CARD
    rank: ColumnElement[int] = _of_order(shape)
    columns = (CARD.c.clinic_id, CARD.c.name, rank.label("rank"), half_of(CARD), CARD.c.shuffle)
    return select(*columns).select_from(source).where(*terms, *beside_terms, *more)


def _beside_terms(name: str, shape: SearchShape) -> ColumnElement[bool]:
    """Returns a condition that the terms leave open; a card's price so that no index of prices is read for it."""
    if name == "max_price" and not shape.with_offers:
        return CARD.c.price_rank + _number(0) <= number("max_price")
    return condition(name, shape.listed)


def _terms(key: str) -> ColumnElement[Any]:
    """Returns a set of terms; of the tiers of prices only those that there are: each costs, for each card met."""
    given = bindparam(key, type_=ARRAY(TEXT))
    if key != PRICES:
        return given
    there = func.array_agg(collate(TIER.c.tier, "default"), type_=ARRAY(TEXT))
    return select(there).where(TIER.c.tier == func.any(given)).scalar_subquery()


def _of_order(shape: SearchShape) -> ColumnElement[int]:
    sort = shape.listed.sort
    if sort == "name":
        return literal_column("0", BigInteger)
    return (OFFER if sort == "price" and shape.with_offers else CARD).c[RANKS[sort]]


def _placed(shape: SearchShape, level: int, found: FromClause) -> list[ColumnElement[bool]]:
    """Whether a card is after the place that the page begins at, or before it, where there is one."""
    if not shape.listed.placed:
        return []
    if shape.listed.sort == "name":
        place = tuple_(found.c.name, found.c.clinic_id)
        given = tuple_(bindparam("name", type_=Text()), bindparam("clinic_id", type_=Uuid()))
    else:
        place = tuple_(_number(level), *(found.c[name] for name in PLACED))
        given = tuple_(*(number(name) for name in ("level", *PLACED)))
    return [place < given if shape.listed.back else place > given]


def _of_level(shape: SearchShape, level: int, found: FromClause) -> list[ColumnElement[Any]]:
    half = (found.c.half + _number(2 * level)).label("half")
    return [found.c.clinic_id, found.c.name, found.c.rank, half, found.c.shuffle, _number(level).label("level")]


def _number(value: int) -> ColumnElement[int]:
    """Returns a number written out: what is known when the statement is built is no value of it."""
    return literal_column(str(value), Integer)


def _ordered(listed: Shape, found: FromClause) -> list[ColumnElement[Any]]:
    return [found.c.level.desc() if listed.back else found.c.level, *ordered(listed, found)]


def _of_few(shape: SearchShape, level: int, cards: CTE) -> Select[*tuple[object, ...]]:
    query = select(*_of_level(shape, level, cards)).where(_number_of(cards) <= shape.few)
    return query.where(*_placed(shape, level, cards)).order_by(*ordered(shape.listed, cards)).limit(reach(shape.listed))


def _of_many(shape: SearchShape, level: int) -> Select[*tuple[object, ...]]:
    if shape.has_tiers:
        found: FromClause = _tier_by_tier(shape, level, name=f"tiers_{level}").subquery(f"many_{level}")
        return select(*_of_level(shape, level, found))
    met = keys_in_order(shape.listed._replace(words=shape.levels[level].words))
    keys = met.limit(reach(shape.listed)).subquery("met")
    query = select(keys.c.clinic_id, CARD.c.name, *(keys.c[name] for name in PLACED), _number(level).label("level"))
    return query.select_from(keys.join(CARD, CARD.c.clinic_id == keys.c.clinic_id))


def _tier_by_tier(shape: SearchShape, level: int, *, name: str) -> Select[*tuple[object, ...]]:
    """Reads step after step in the order and stops when there are enough: a nested loop takes them as they come.

    OFFSET keeps the planner from asking for a place before the terms.
    """
    stretch, step = tiers_in_steps(name, back=shape.listed.back)
    cards = _cards(shape, level)
    there = cards.with_only_columns(_number(1).label("one")).where(TERMS.overlap(stretch.c.tiers))
    is_there = there.correlate(stretch).limit(_number(1)).lateral(f"{name}_there")
    within = cards.where(TERMS.overlap(step.c.tiers)).correlate(step).offset(_number(0)).subquery()
    read = select(within).where(func.coalesce(step.c.half, within.c.half) == within.c.half)
    read = (
        read.where(*_placed(shape, level, within)).order_by(*ordered(shape.listed, within)).limit(reach(shape.listed))
    )
    found = read.correlate(step).lateral(f"{name}_found")
    joined = stretch.join(is_there, literal_column("true")).join(step, literal_column("true"))
    query = select(found).select_from(joined.join(found, literal_column("true"))).limit(reach(shape.listed))
    if not shape.listed.placed:
        return query
    own, at = _number(level), number("level")
    return query.where(own <= at if shape.listed.back else own >= at)
