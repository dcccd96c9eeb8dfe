"""Summary rows of published clinics: what lists, search and routing read, kept by triggers in the change's transaction.

The rows are made by the views and functions of migration 0027, whoever changes a clinic, its prices, checks or people.
A paused, suspended or closed clinic has none.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, SmallInteger, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Date, Integer

from marketplace.extensions import db
from marketplace.foundation.database.columns import Base

# What an index holds beside its order: conditions are asked without reading the row.
_PRICED = ["clinic_id", "price_rank"]
_BESIDE = [*_PRICED, "languages"]
# What a search finds a card by (search_terms.py).
_TERMS = text(
    "search_terms(search_text, country, city, languages, prices, checks_rank, reply_rank, price_rank, shuffle)"
)


class Ranked:
    """The orders of a list, each a column without NULL: the lowest comes first."""

    checks: Mapped[int] = mapped_column(SmallInteger)  # passed and in date when the row was written
    required_until: Mapped[date | None]  # the last day on which company, licence and people are all in date
    reply_minutes: Mapped[int | None]

    checks_rank: Mapped[int]  # most checks, then the shortest reply time
    reply_rank: Mapped[int] = mapped_column(Integer)  # one that is not known is last
    price_rank: Mapped[int]  # the lowest price in euro cents; last without one
    shuffle: Mapped[int]  # the place among equals, anywhere in 64 bits; a list begins at another one every day


class ClinicCard(Ranked, Base):
    """What a list shows of a published clinic, and what it is found and sorted by."""

    __tablename__ = "clinic_card"
    __table_args__ = (
        Index("ix_clinic_card_checks", "checks_rank", "shuffle", postgresql_include=[*_BESIDE, "country"]),
        Index("ix_clinic_card_country_checks", "country", "checks_rank", "shuffle", postgresql_include=_BESIDE),
        Index("ix_clinic_card_city_checks", "city", "checks_rank", "shuffle"),
        Index("ix_clinic_card_reply", "reply_rank", "shuffle"),
        Index("ix_clinic_card_price", "price_rank", "shuffle"),
        Index("ix_clinic_card_name", "name", "clinic_id"),
        Index("ix_clinic_card_languages", "languages", postgresql_using="gin"),
        Index("ix_clinic_card_terms", _TERMS, postgresql_using="gin"),
    )

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    country: Mapped[str]
    city: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    roles: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # of the people who treat there, each once
    currency: Mapped[str]
    is_sample: Mapped[bool]
    checks_of: Mapped[int] = mapped_column(SmallInteger)  # passed or not
    passed_until: Mapped[list[date]] = mapped_column(ARRAY(Date))  # the last day of each passed check
    checked_on: Mapped[date | None]  # when the last of the required checks was passed
    ends_on: Mapped[date | None]  # the earliest last day of the required checks, passed or ended since
    low_eur: Mapped[int | None]  # the lowest price of any procedure in euro cents
    prices: Mapped[dict[str, tuple[int, int]]] = mapped_column(JSONB)  # low and high by the procedure's slug
    search_text: Mapped[str]  # words parted by single spaces


class ClinicOffer(Ranked, Base):
    """A procedure that a published clinic offers, with its price and what requests and lists ask for."""

    __tablename__ = "clinic_offer"
    __table_args__ = (
        Index("ix_clinic_offer_checks", "procedure_id", "checks_rank", "shuffle", postgresql_include=_PRICED),
        Index(
            "ix_clinic_offer_country_checks",
            *("procedure_id", "country", "checks_rank", "shuffle"),
            postgresql_include=_PRICED,
        ),
        Index("ix_clinic_offer_reply", "procedure_id", "reply_rank", "shuffle"),
        Index("ix_clinic_offer_price", "procedure_id", "price_rank", "shuffle"),
        Index(
            "ix_clinic_offer_treatment_checks", "treatment_id", "checks_rank", "shuffle", postgresql_where="is_lowest"
        ),
        Index("ix_clinic_offer_treatment_reply", "treatment_id", "reply_rank", "shuffle", postgresql_where="is_lowest"),
        Index("ix_clinic_offer_treatment_price", "treatment_id", "price_rank", "shuffle", postgresql_where="is_lowest"),
        Index("ix_clinic_offer_answers", "procedure_id", "answer_weight", "shuffle"),
        Index("ix_clinic_offer_country_answers", "procedure_id", "country", "answer_weight", "shuffle"),
        Index(
            "ix_clinic_offer_treatment_answers",
            "treatment_id",
            "answer_weight",
            "shuffle",
            postgresql_where="is_lowest",
        ),
        Index(
            "ix_clinic_offer_treatment_country_answers",
            *("treatment_id", "country", "answer_weight", "shuffle"),
            postgresql_where="is_lowest",
        ),
    )

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    procedure_id: Mapped[UUID] = mapped_column(primary_key=True)
    treatment_id: Mapped[UUID]
    is_lowest: Mapped[bool]  # the clinic's lowest price of the treatment: one of its offers stands for all of them
    low: Mapped[int]
    high: Mapped[int]
    currency: Mapped[str]
    low_eur: Mapped[int]  # euro cents
    country: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    accepts_countries: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # empty: every country
    # For routing: the chance of an answer in twentieths, the history it is estimated from, the room there is
    answer_weight: Mapped[int] = mapped_column(SmallInteger)
    leads_sent: Mapped[int]
    leads_answered: Mapped[int]
    daily_capacity: Mapped[int]
    weekly_capacity: Mapped[int]


def rebuild() -> None:
    """Writes every summary row again from the clinics; readers see the rows before until the commit."""
    db.session.execute(select(func.rebuild_summaries()))
