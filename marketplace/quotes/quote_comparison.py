"""Compares quotes by their total for the patient; values that are missing stay visible as missing. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Protocol

from marketplace.catalogue.course_costs import Total, Travel, covered_nights, total_for_you
from marketplace.catalogue.exchange import Convert, NoRate
from marketplace.catalogue.trip_plans import Checked
from marketplace.quotes.terms import ITEMS, missing_items


class Terms(Protocol):
    """The terms of a quote that are compared; None and empty mean "not stated"."""

    @property
    def number(self) -> int: ...

    @property
    def currency(self) -> str: ...

    @property
    def total(self) -> int: ...

    @property
    def trips(self) -> int: ...

    @property
    def nights_per_trip(self) -> int: ...

    @property
    def included(self) -> Sequence[str]: ...

    @property
    def valid_until(self) -> date: ...


@dataclass(frozen=True)
class Compared:
    """A quote with its plan, its total (None where no rate is known), how complete it is, and the difference from home.

    `lowest` is never a quote whose plan cannot be done or needs more trips than the patient has.
    """

    number: int
    plan: Checked
    total: Total | None
    answered: int
    lowest: bool = False
    against_home: int | None = None

    @property
    def complete(self) -> bool:
        """Returns whether every item is stated."""
        return self.answered == len(ITEMS)


NO_TRAVEL = Travel(Fraction(0), Fraction(0))


def nights_included(quote: Terms, plan: Checked) -> int:
    """Returns the nights of the plan counted that the price covers: those the quote states, where it has a hotel."""
    return covered_nights(plan.counted, stated=plan.stated) if "hotel" in quote.included else 0


def quote_total(quote: Terms, *, plan: Checked, travel: Travel | None, convert: Convert, unit: int = 1) -> Total | None:
    """Returns the price with the travel of the plan it is counted with; None where there is no rate, or no travel."""
    if travel is None:
        return None
    try:
        course = convert(quote.total, quote.currency)
    except NoRate:
        return None
    nights = nights_included(quote, plan)
    return total_for_you(course, plan=plan.counted, travel=travel, nights_included=nights, unit=unit)


def items_answered(quote: Terms) -> int:
    """Returns how many of the items that make a quote complete are stated."""
    return len(ITEMS) - len(missing_items(quote))


@dataclass(frozen=True)
class Basis:
    """What quotes are compared by: plans and travel by a quote's number, and rates; amounts are rounded to `unit`.

    Quotes that are `left_out` (declined, or of an inactive clinic) are shown but never the lowest. `home_course` is the
    exact price of the same course at home in the patient's minor units; without `with_travel` only treatments are
    compared.
    """

    plans: Mapping[int, Checked]
    travels: Mapping[int, Travel | None]
    convert: Convert
    home_course: Fraction | None = None
    with_travel: bool = True
    unit: int = 1
    left_out: frozenset[int] = frozenset()


def compare(quotes: Sequence[Terms], basis: Basis) -> list[Compared]:
    """Returns the quotes with the lowest total first, then the most complete.

    Plans that do not fit come after those that do, a total without a rate last. The lowest of those that fit is marked,
    and ties too. A difference from home above 0 means more than at home.
    """
    rows = [_compared(quote, basis) for quote in quotes]
    counted = [row for row in rows if row.number not in basis.left_out]
    fitting = [row.total.exact for row in counted if row.total is not None and row.plan.fits]
    lowest = min(fitting) if fitting and len(counted) > 1 else None
    marked = [
        replace(row, lowest=row.plan.fits and row.total is not None and row.total.exact == lowest)
        if row in counted
        else row
        for row in rows
    ]
    return sorted(marked, key=_order)


def _compared(quote: Terms, basis: Basis) -> Compared:
    plan, home = basis.plans[quote.number], basis.home_course
    travel = basis.travels[quote.number] if basis.with_travel else NO_TRAVEL
    total = quote_total(quote, plan=plan, travel=travel, convert=basis.convert, unit=basis.unit)
    against_home = total.against(home) if total is not None and home is not None else None
    return Compared(quote.number, plan, total, items_answered(quote), against_home=against_home)


def _order(row: Compared) -> tuple[bool, bool, Fraction, int, int]:
    amount = row.total.exact if row.total else Fraction(0)
    return row.total is None, not row.plan.fits, amount, -row.answered, row.number
