"""The words of published listings, each once: which of them a typed word may have meant.

They are noted by a trigger when a listing is published (migration 0033); one that no listing has any more finds none.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import g
from sqlalchemy import Index, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base

MIN_PREFIX = 3  # letters of a word before it is taken for the beginning of another
MIN_SLIP = 4  # letters of a word before one of them may be wrong, left out, added, or exchanged with its neighbour


class SearchWord(Base):
    """A word of listings; `shortened` is the word and what is left of it without each of its letters."""

    __tablename__ = "search_word"
    __table_args__ = (Index("ix_search_word_shortened", "shortened", postgresql_using="gin"),)

    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    shortened: Mapped[list[str]] = mapped_column(ARRAY(TEXT))


Near = Mapping[str, Sequence[str]]


def near(typed: Sequence[str]) -> Near:
    """Returns for each word typed the words of listings that it may have meant."""
    kept: Near | None = g.get("near_words")
    if kept is not None and all(word in kept for word in typed):
        return kept
    return _by_typed(typed, db.session.scalar(select(func.near_words(literal(list(typed), ARRAY(TEXT))))))


def keep(typed: Iterable[str], found: list[Any] | None) -> None:
    """Keeps for the rest of the request what was read with something else."""
    g.near_words = _by_typed(typed, found)


def _by_typed(typed: Iterable[str], found: list[Any] | None) -> Near:
    meant: dict[str, list[str]] = {word: [] for word in typed}
    for word, known in found or ():
        meant[word].append(known)
    return meant


def one_slip(typed: str, word: str) -> bool:
    """Returns whether one letter was wrong, left out or added, or two neighbours were exchanged."""
    if typed == word or abs(len(typed) - len(word)) > 1:
        return False
    start = next((i for i, (one, other) in enumerate(zip(typed, word, strict=False)) if one != other), None)
    if start is None:
        return True
    a, b = typed[start:], word[start:]
    exchanged = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or exchanged
