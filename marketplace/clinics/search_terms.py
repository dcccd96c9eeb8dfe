"""The terms by which an index finds a card: its words, what it has, and where it stands in each order.

The function search_terms (migration 0047) makes them of a card. Where it stands is its tier: clinics of one rank or of
neighbouring ones, so that the first of many that have a word are found without reading all of them.
"""

from bisect import bisect

from sqlalchemy import BigInteger, ColumnElement, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.clinics.summaries import ClinicCard
from marketplace.clinics.text_search import Meant
from marketplace.foundation.database.columns import Base

ORDERS = {"checks": "#c", "reply": "#r", "price": "#p"}  # what the tiers of each order begin with
PARTS = 16  # of an octave: so many tiers from an hour to two
LENGTH = len("#c094.126")  # of a tier; one of clinics whose reply time is unknown has a part of the shuffle after it
MAX_HIGH = 999
STEPS = (*range(1, PARTS), *((PARTS + part) << octave for octave in range(27) for part in range(PARTS)))
CARD = ClinicCard.metadata.tables[ClinicCard.__tablename__]
_IN_TERMS = (
    "search_text",
    "country",
    "city",
    "languages",
    "prices",
    "checks_rank",
    "reply_rank",
    "price_rank",
    "shuffle",
)
TERMS: ColumnElement[list[str]] = func.search_terms(*(CARD.c[name] for name in _IN_TERMS), type_=ARRAY(TEXT))


class SearchTier(Base):
    """A tier that some card has or had, and about how many clinics are in it."""

    __tablename__ = "search_tier"

    tier: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    clinics: Mapped[int] = mapped_column(BigInteger, server_default="0")


def meant_by(word: Meant) -> list[str]:
    """Returns the terms of what a word may mean: a card has one of them."""
    codes = (*map(country, word.countries), *map(language, word.languages), *map(procedure, word.procedures))
    return [*word.words, *codes]


def country(code: str) -> str:
    """Returns the term of clinics in a country."""
    return f"@{code}"


def city(name: str) -> str:
    """Returns the term of clinics in a city."""
    return f"/{name}"


def language(code: str) -> str:
    """Returns the term of clinics that speak a language."""
    return f"~{code}"


def procedure(slug: str) -> str:
    """Returns the term of clinics that offer a procedure."""
    return f"${slug}"


def tier_of(sort: str, rank: int) -> str:
    """Returns the tier of a rank, without a part of the shuffle."""
    return f"{ORDERS[sort]}{min(rank >> 32, MAX_HIGH):03}.{bisect(STEPS, rank & 0xFFFF_FFFF):03}"


def part_of(shuffle: int) -> str:
    """Returns the part of the shuffle, one of 32, as it stands in a tier."""
    return f"{(shuffle >> 59) + 16:02}"


def prices_up_to(cents: int) -> list[str]:
    """Returns the tiers of prices up to a number of euro cents, and some beyond."""
    return [f"{tier_of('price', 0)[:-3]}{step:03}" for step in range(bisect(STEPS, cents) + 1)]


OF_CONDITION = {"country": country, "city": city, "language": language, "procedure": procedure}
