"""Quotes side by side: total for you first, what is missing said as missing. Pure: facts in, rows out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

Convert = Callable[[int, str], int | None]  # (minor, currency) -> minor units of the patient's currency, None: no rate

ITEMS = (
    "sessions",
    "price_per_session",
    "total",
    "product",
    "product_sealed",
    "practitioner_role",
    "practitioner_name",
    "practitioner_register",
    "trips",
    "nights_per_trip",
    "session_gap_weeks",
    "deposit",
    "refund_if_refused",
    "valid_until",
    "included",
    "price_may_change_by",
    "if_something_goes_wrong",
    "taxes_included",
)


class Terms(Protocol):
    """What of a quote is compared; None and empty are "not stated"."""

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
class Travel:
    """One trip in minor units of the patient's currency: fare, and price of a night."""

    fare: int
    night: int


@dataclass(frozen=True)
class Total:
    """What the patient pays in all, in minor units of their own currency, and its parts."""

    treatment: int
    travel: int

    @property
    def all(self) -> int:
        """Course and travel."""
        return self.treatment + self.travel


@dataclass(frozen=True)
class Compared:
    """A quote with its total (None where no rate is known), how complete it is, and the difference from home."""

    number: int
    total: Total | None
    answered: int
    lowest: bool = False
    against_home: int | None = None

    @property
    def complete(self) -> bool:
        """Every item is stated."""
        return self.answered == len(ITEMS)


def total_for_you(quote: Terms, *, travel: Travel, convert: Convert) -> Total | None:
    """Course price plus trips times (fare plus nights not included times night price)."""
    treatment = convert(quote.total, quote.currency)
    if treatment is None:
        return None
    nights = 0 if "hotel" in quote.included else quote.nights_per_trip
    return Total(treatment, quote.trips * (travel.fare + nights * travel.night))


def items_answered(quote: Terms) -> int:
    """How many of the eighteen items are stated."""
    return sum(getattr(quote, item) not in (None, "", [], ()) for item in ITEMS)


def compare(
    quotes: Sequence[Terms],
    *,
    travel: Callable[[Terms], Travel],
    convert: Convert,
    home_course: int | None = None,
    view: str = "total",
) -> list[Compared]:
    """Lowest total first, then the most complete; a total without a rate last. The lowest is marked, ties all.

    `home_course` is the middle price of the same course at home in the patient's minor units; the difference may be
    positive: more than at home. `view="treatment"` leaves travel out.
    """
    rows = []
    for quote in quotes:
        total = total_for_you(quote, travel=travel(quote), convert=convert)
        if total is not None and view == "treatment":
            total = Total(total.treatment, 0)
        rows.append((quote, total))
    known = [total.all for _, total in rows if total is not None]
    lowest = min(known) if len(known) > 1 else None
    compared = [
        Compared(
            quote.number,
            total,
            items_answered(quote),
            lowest=total is not None and total.all == lowest,
            against_home=total.all - home_course if total is not None and home_course is not None else None,
        )
        for quote, total in rows
    ]
    return sorted(compared, key=_order)


def _order(row: Compared) -> tuple[bool, int, int, int]:
    return row.total is None, row.total.all if row.total else 0, -row.answered, row.number
