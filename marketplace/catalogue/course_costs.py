"""Computes what a course costs in all, from exact amounts, rounded once, half up, at the end.

Amounts are minor units of the reader's currency, as fractions.
"""

from dataclasses import dataclass
from fractions import Fraction

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import travel
from marketplace.catalogue.trip_plans import Plan
from marketplace.foundation.values.money import half_up, minor_units


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


def paid_nights(plan: Plan, *, included: int = 0) -> int:
    """Returns the nights of all trips that the price of the treatment does not include."""
    return max(0, plan.all_nights - included)


def travel_cost(plan: Plan, travel: Travel, *, nights_included: int = 0) -> Fraction:
    """Returns the fares of all trips, and the nights that the price of the treatment does not include."""
    return plan.trips * travel.fare + paid_nights(plan, included=nights_included) * travel.night


def total_for_you(course: Fraction, *, plan: Plan, travel: Travel, nights_included: int = 0, unit: int = 1) -> Total:
    """Returns what a course of this price costs with the travel of its plan."""
    return Total(course, travel_cost(plan, travel, nights_included=nights_included), unit)


def estimated(home: str, country: str, currency: str) -> Travel:
    """Returns our dated travel estimate in minor units of `currency`, exact. Raises NoRate."""
    estimate = travel(home, country)
    fare, night = (
        exchange.exact(minor_units(amount, estimate.currency), estimate.currency, currency)
        for amount in (estimate.fare, estimate.night)
    )
    return Travel(fare, night)
