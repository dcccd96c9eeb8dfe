"""The conditions of a search by words, as part of the list's statements.

Where few cards are found they are read first, by the index of words, and then sorted. Where many are, the list is read
in its order and each card is looked at, so that it stops after one page: a planner that guesses takes the wrong way.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, array, distinct_on

from marketplace.clinics.summaries import ClinicCard

CARD = ClinicCard.metadata.tables[ClinicCard.__tablename__]
# Of each level of a search, for each word, which kinds of meanings it has (text_search.Meant).
TextShape = tuple[tuple[tuple[str, ...], ...], ...]
# Of the cards found: by which they are sorted and chosen. The rest is read of those that are shown.
KEPT = ("clinic_id", "name", "country", "city", "languages", "checks_rank", "reply_rank", "price_rank", "shuffle")
_SPACE: ColumnElement[str] = literal_column("' '")
_NOTHING: ColumnElement[str] = literal_column("''")
_INDEXED = func.string_to_array(CARD.c.search_text, _SPACE, type_=ARRAY(TEXT))


@lru_cache(512)
def found_cards(text: TextShape, driver: int | None) -> CTE:
    """Returns the cards that a search finds, each with its level, read before anything else is.

    `driver` is the word that is looked up, where it means words of listings only: each of them for itself, as a planner
    thinks too much of many at once. OFFSET keeps it from reading all cards instead.
    """
    card: FromClause = CARD
    if driver is not None:
        word = (
            func.unnest(_values(len(text) - 1, driver, "words")).table_valued("word").render_derived(name="looked_up")
        )
        with_word = _INDEXED.contains(cast(array([word.c.word]), ARRAY(TEXT)))
        card = select(CARD).where(with_word).correlate(word).offset(literal_column("0", Integer)).lateral("card")
    level = case((is_found(text, 0, card), literal_column("0", Integer)), else_=literal_column("1", Integer))
    cards = select(*(card.c[name] for name in KEPT), level.label("level")).where(
        is_found(text, len(text) - 1, card, by_index=driver is None)
    )
    if driver is not None:
        cards = cards.ext(distinct_on(card.c.clinic_id)).select_from(word.join(card, true()))
    return cards.cte("found").prefix_with("MATERIALIZED")


def is_found(text: TextShape, level: int, card: FromClause = CARD, *, by_index: bool = False) -> ColumnElement[bool]:
    """Whether a card has each word of the search in one of its meanings; where an index must not be used, it is not."""
    words = _INDEXED if by_index else func.string_to_array(card.c.search_text.concat(_NOTHING), _SPACE)
    columns = {"words": words, "languages": card.c.languages, "procedures": card.c.prices, "countries": card.c.country}
    each = (
        or_(false(), *(_has(kind, columns[kind], _values(level, n, kind)) for kind in kinds))
        for n, kinds in enumerate(text[level])
    )
    return and_(true(), *each)


def _values(level: int, n: int, kind: str) -> BindParameter[Any]:
    """Written out, as no two searches are alike and the index is asked for these very words."""
    return bindparam(f"text_{level}_{n}_{kind}", type_=ARRAY(TEXT), literal_execute=True)


def _has(kind: str, column: ColumnElement[Any], values: BindParameter[Any]) -> ColumnElement[bool]:
    if kind == "countries":
        return column == any_(values)
    return column.op("?|" if kind == "procedures" else "&&", is_comparison=True)(values)
