"""What readers pay for a session at home, told without a name: stored, summed up as a range, forgotten after a year.

A row holds the amount, country, procedure and month, and nothing that leads to a person, a browser or a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalogue.models import Procedure
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base

SHOWN_FROM = 10  # prices
MONTHS_SHOWN = 12
RETENTION = timedelta(days=366)


class OwnPrice(Base):
    """The price of one session at home, in minor units; its key tells no time, unlike those of other tables."""

    __tablename__ = "own_price"
    __table_args__ = (
        CheckConstraint("price > 0", name="price_above_0"),
        CheckConstraint("extract(day FROM month) = 1", name="first_of_month"),
        Index("ix_own_price_procedure_id_country_month", "procedure_id", "country", "month"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    country: Mapped[str]
    price: Mapped[int]
    currency: Mapped[str]
    month: Mapped[date]


@dataclass(frozen=True)
class ReaderRange:
    """The middle half of what readers told, in minor units for one session; `count` prices since a month."""

    low: int
    high: int
    currency: str
    count: int
    since: date


def this_month() -> date:
    """Returns the first day of this month, as it is stored."""
    return clock.today().replace(day=1)


def share(procedure: Procedure, *, country: str, price: int, currency: str) -> None:
    """Stores the price of one session; whoever tells it is not asked for and not noted."""
    db.session.add(
        OwnPrice(procedure_id=procedure.id, country=country, price=price, currency=currency, month=this_month())
    )


def reader_range(procedure_id: UUID, *, country: str, currency: str) -> ReaderRange | None:
    """Returns the quartiles of the last months' prices in one currency; None below SHOWN_FROM of them.

    As quartiles, so that a few made-up prices move nothing.
    """
    since = _months_ago(MONTHS_SHOWN - 1)
    quartiles = (func.percentile_disc(part).within_group(OwnPrice.price) for part in (0.25, 0.75))
    found = db.session.execute(
        select(func.count(), *quartiles).where(
            OwnPrice.procedure_id == procedure_id,
            OwnPrice.country == country,
            OwnPrice.currency == currency,
            OwnPrice.month >= since,
        )
    ).one()
    count, low, high = found
    return ReaderRange(low, high, currency, count, since) if count >= SHOWN_FROM else None


def _months_ago(number: int) -> date:
    today = this_month()
    months = today.year * 12 + today.month - 1 - number
    return date(months // 12, months % 12 + 1, 1)


def old(now: datetime) -> Select[UUID]:
    """Selects the prices whose month began so long ago that they are in no range any more."""
    return select(OwnPrice.id).where(OwnPrice.month <= (now - RETENTION).date())


def forget(keys: Sequence[UUID]) -> None:
    """Deletes these prices."""
    db.session.execute(delete(OwnPrice).where(OwnPrice.id.in_(keys)))
