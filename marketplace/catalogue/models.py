"""Treatments, their procedures, the prices by country, and the texts about them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.foundation.database.columns import Base, key, one_of

BASES = ("guide", "clinic lists", "real quotes")
GUIDE_KINDS = ("guide", "questions", "aftercare")


class Treatment(Base):
    """A treatment; its procedures are the things with a price."""

    __tablename__ = "treatment"

    id: Mapped[UUID] = key()
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    summary: Mapped[str]
    concerns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reviewed_on: Mapped[date]
    next_review: Mapped[date]
    signed_off_by: Mapped[str | None]
    # Rows loaded before these columns existed have no value until the content is loaded again.
    position: Mapped[int | None]  # its place among the treatments
    particulars: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=True)  # see catalogue/particulars.py
    loaded_digest: Mapped[str]

    procedures: Mapped[list["Procedure"]] = relationship(back_populates="treatment", order_by="Procedure.position")


class Procedure(Base):
    """One way of doing the treatment, with the sessions and spacing that most people are offered."""

    __tablename__ = "procedure"

    id: Mapped[UUID] = key()
    treatment_id: Mapped[UUID] = mapped_column(ForeignKey("treatment.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    name: Mapped[str]
    short: Mapped[str]
    description: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)  # see catalogue/guide_facts.py
    loaded_digest: Mapped[str]

    treatment: Mapped[Treatment] = relationship(back_populates="procedures")


class PriceRange(Base):
    """The price of one session of a procedure in a country, in minor units, with basis, period and source."""

    __tablename__ = "price_range"
    __table_args__ = (
        UniqueConstraint("procedure_id", "country", "basis"),
        one_of("basis", BASES),
        CheckConstraint("0 < low AND low <= high", name="low_to_high"),
    )

    id: Mapped[UUID] = key()
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"), index=True)
    country: Mapped[str]
    low: Mapped[int]
    high: Mapped[int]
    currency: Mapped[str]
    basis: Mapped[str]
    count: Mapped[int]  # how many prices it rests on; 0 where it is from a guide
    period: Mapped[str]
    source: Mapped[str]
    reviewed_on: Mapped[date]
    next_review: Mapped[date]
    loaded_digest: Mapped[str]

    procedure: Mapped[Procedure] = relationship()


class Guide(Base):
    """A reviewed text about a treatment, in Markdown."""

    __tablename__ = "guide"
    __table_args__ = (
        UniqueConstraint("treatment_id", "kind"),
        one_of("kind", GUIDE_KINDS),
    )

    id: Mapped[UUID] = key()
    treatment_id: Mapped[UUID] = mapped_column(ForeignKey("treatment.id"))
    kind: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    reviewed_on: Mapped[date]
    next_review: Mapped[date]
    loaded_digest: Mapped[str]


class ReferenceRate(Base):
    """The units of a currency for one euro on a day (a European Central Bank reference rate)."""

    __tablename__ = "reference_rate"

    currency: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    per_euro: Mapped[Decimal]
    source: Mapped[str]
