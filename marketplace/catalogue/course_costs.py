"""Computes what a course costs, from exact amounts, rounded once, half up, at the end.

Prices by country are compared with the price at home; a total adds the travel. Amounts are minor units of the reader's
currency, as fractions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from marketplace.catalogue import exchange
from marketplace.catalogue.exchange import Convert
from marketplace.catalogue.geography import NoEstimateError, travel
from marketplace.catalogue.trip_plans import Plan
from marketplace.foundation.values.money import half_up, minor_units

# A hotel in a price is usually for short trips, 2 nights for each of up to 7 sessions. More nights can be worth more
# than the treatment, so a total that rests on them says so.
USUAL_NIGHTS_INCLUDED = 14


class Range(Protocol):
    """A stored price range for one session."""

    country: str
    low: int
    high: int
    currency: str
    basis: str
    period: str
    next_review: date


@dataclass(frozen=True)
class Row:
    """One country; amounts are exact minor units of the reader's currency, rounded to `unit` when shown.

    `versus` is the per cent from the home middle, below 0 for less.
    """

    country: str
    exact_low: Fraction
    exact_high: Fraction
    sessions: int
    unit: int
    basis: str
    period: str
    is_home: bool
    versus: int | None

    @property
    def middle(self) -> Fraction:
        """Returns the exact middle of low and high."""
        return (self.exact_low + self.exact_high) / 2

    @property
    def middle_course(self) -> Fraction:
        """Returns the exact price of all sessions at the middle price."""
        return self.middle * self.sessions

    @property
    def session(self) -> tuple[int, int]:
        """Returns low and high for one session, rounded."""
        return half_up(self.exact_low, unit=self.unit), half_up(self.exact_high, unit=self.unit)

    @property
    def course(self) -> tuple[int, int]:
        """Returns low and high for all sessions, rounded once: not a multiple of what is shown for one."""
        return self.course_at(self.exact_low), self.course_at(self.exact_high)

    def course_at(self, session: Fraction) -> int:
        """Returns the price of all sessions at this price for one."""
        return half_up(session * self.sessions, unit=self.unit)


@dataclass(frozen=True)
class Table:
    """The prices of one procedure by country, home first, then by middle price; all on one axis that begins at 0."""

    rows: list[Row]
    home: Row | None
    axis_max: int


def against(middle: Fraction | int, home_middle: Fraction | int) -> int:
    """Returns per cent above (over 0) or below (under 0) the middle price at home, to the nearest whole, half up."""
    return half_up(Fraction(middle - home_middle) / home_middle * 100)


def table(ranges: Sequence[Range], *, home: str, sessions: int, convert: Convert, unit: int = 1) -> Table:
    """Returns a row for each country; amounts are rounded to `unit` minor units. Raises NoRate."""
    at_home = next((found for found in ranges if found.country == home), None)
    home_middle = convert(at_home.low + at_home.high, at_home.currency) if at_home else None
    rows = [_row(found, home_middle, home=home, sessions=sessions, convert=convert, unit=unit) for found in ranges]
    rows.sort(key=lambda row: (not row.is_home, row.middle, row.country))
    highest = max((row.session[1] for row in rows), default=1)
    return Table(rows, next((row for row in rows if row.is_home), None), axis_end(highest))


def _row(found: Range, home_middle: Fraction | None, *, home: str, sessions: int, convert: Convert, unit: int) -> Row:
    low, high = convert(found.low, found.currency), convert(found.high, found.currency)
    return Row(
        country=found.country,
        exact_low=low,
        exact_high=high,
        sessions=sessions,
        unit=unit,
        basis=found.basis,
        period=found.period,
        is_home=found.country == home,
        versus=None if home_middle is None or found.country == home else against(low + high, home_middle),
    )


def axis_end(highest: int) -> int:
    """Returns a round end of the axis, a little beyond the highest price."""
    step: int = 10 ** max(0, len(str(highest)) - 2)
    return (highest * 105 // 100 // step + 1) * step


@dataclass(frozen=True)
class Travel:
    """The fare of one return trip and the price of one night, in exact minor units."""

    fare: Fraction
    night: Fraction

    def with_own(self, *, fare: int | None, night: int | None) -> "Travel":
        """Returns the travel with the reader's own figures, in minor units, in place of ours."""
        return Travel(self.fare if fare is None else Fraction(fare), self.night if night is None else Fraction(night))


@dataclass(frozen=True)
class Total:
    """The cost of treatment and travel, exact.

    `unit` is what they are rounded to: 1 minor unit, or the minor units of one whole unit.
    """

    exact_treatment: Fraction
    exact_travel: Fraction
    unit: int = 1

    @property
    def exact(self) -> Fraction:
        """Returns treatment and travel together, exact."""
        return self.exact_treatment + self.exact_travel

    @property
    def all(self) -> int:
        """Returns treatment and travel together, rounded once."""
        return half_up(self.exact, unit=self.unit)

    @property
    def treatment(self) -> int:
        """Returns the cost of the treatment, rounded."""
        return half_up(self.exact_treatment, unit=self.unit)

    @property
    def travel(self) -> int:
        """Returns the rest of the rounded total, so that the parts shown add up."""
        return self.all - self.treatment

    def against(self, home: Fraction) -> int:
        """Returns the rounded difference from the price at home: above 0 more, below 0 less."""
        return half_up(self.exact - home, unit=self.unit)


def covered_nights(plan: Plan, *, stated: Plan) -> int:
    """Returns the nights of a plan that a price covers which includes the hotel of the stated plan.

    That is at most its nights in each of its trips: a longer stay, or one more trip, is paid by the patient.
    """
    return min(stated.trips, plan.trips) * min(stated.nights, plan.nights)


def nights_to_confirm(included: int) -> int:
    """Returns the nights in a price, where they are more than a price usually has; else 0."""
    return included if included > USUAL_NIGHTS_INCLUDED else 0


def paid_nights(plan: Plan, *, included: int = 0) -> int:
    """Returns the nights of all trips that the price of the treatment does not include."""
    return max(0, plan.all_nights - included)


def all_fares(plan: Plan, travel: Travel) -> Fraction:
    """Returns the fares of all trips."""
    return plan.trips * travel.fare


def travel_cost(plan: Plan, travel: Travel, *, nights_included: int = 0) -> Fraction:
    """Returns the fares of all trips, and the nights that the price of the treatment does not include."""
    return all_fares(plan, travel) + paid_nights(plan, included=nights_included) * travel.night


def total_for_you(course: Fraction, *, plan: Plan, travel: Travel, nights_included: int = 0, unit: int = 1) -> Total:
    """Returns what a course of this price costs with the travel of its plan."""
    return Total(course, travel_cost(plan, travel, nights_included=nights_included), unit)


def estimated(home: str, country: str, currency: str) -> Travel:
    """Returns our dated travel estimate in minor units of `currency`, exact. Raises NoRate or NoEstimateError."""
    estimate = travel(home, country)
    fare, night = (
        exchange.exact(minor_units(amount, estimate.currency), estimate.currency, currency)
        for amount in (estimate.fare, estimate.night)
    )
    return Travel(fare, night)


def known_travel(home: str, country: str, currency: str) -> Travel | None:
    """Returns the same; None where we have no travel estimate from this home. Raises NoRate."""
    try:
        return estimated(home, country, currency)
    except NoEstimateError:
        return None


def own_travel(ours: Travel | None, *, fare: int | None, night: int | None) -> Travel | None:
    """Returns the travel with the reader's own figures in place of ours; None where nobody knows one of them."""
    if ours is not None:
        return ours.with_own(fare=fare, night=night)
    return None if fare is None or night is None else Travel(Fraction(fare), Fraction(night))
