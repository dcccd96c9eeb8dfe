"""The words of a search as a condition on each card of a list that is met in its order."""

from typing import Any

from sqlalchemy import ColumnElement, and_, any_, bindparam, false, func, or_, true
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from marketplace.clinics.summaries import ClinicCard

CARD = ClinicCard.metadata.tables[ClinicCard.__tablename__]
Kinds = tuple[tuple[str, ...], ...]  # for each word of a search, which kinds of meanings it has (text_search.Meant)
_COLUMNS: dict[str, ColumnElement[Any]] = {
    "words": func.string_to_array(CARD.c.search_text, " "),
    "languages": CARD.c.languages,
    "procedures": CARD.c.prices,
    "countries": CARD.c.country,
}


def has_words(words: Kinds) -> ColumnElement[bool]:
    """Whether a card has each word of the search in one of its meanings."""
    each = (or_(false(), *(_has(kind, f"text_{n}_{kind}") for kind in kinds)) for n, kinds in enumerate(words))
    return and_(true(), *each)


def _has(kind: str, name: str) -> ColumnElement[bool]:
    values = bindparam(name, type_=ARRAY(TEXT))
    if kind == "countries":
        return _COLUMNS[kind] == any_(values)
    return _COLUMNS[kind].op("?|" if kind == "procedures" else "&&", is_comparison=True)(values)
