"""Total for you, to the penny, and what is missing said as missing."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.course_costs import Travel
from marketplace.catalogue.exchange import NoRate
from marketplace.catalogue.trip_plans import Checked, Plan, check
from marketplace.quotes.quote_comparison import Basis, Compared, compare, items_answered, quote_total
from marketplace.quotes.terms import QuoteTerms

PROCEDURE = UUID(int=1)


@dataclass(frozen=True, kw_only=True)
class Offer(QuoteTerms):
    number: int = 1
    procedure_id: UUID = PROCEDURE
    currency: str = "EUR"
    sessions: int = 4
    price_per_session: int = 12000
    total: int = 48000
    valid_until: date = date(2026, 12, 31)
    product: str = "NCTF 135 HA"
    deposit: int = 0
    practitioner_role: str = "doctor"
    trips: int = 2
    nights_per_trip: int = 15


TRAVEL = Travel(fare=Fraction(20000), night=Fraction(5000))


def same(minor: Fraction | int, _currency: str) -> Fraction:
    return Fraction(minor)


def no_rate(_minor: Fraction | int, currency: str) -> Fraction:
    raise NoRate(currency)


def plan_of(offer: Offer, *, max_trips: int | None = None) -> Checked:
    stated = Plan(offer.sessions, offer.session_gap_weeks or 2, offer.trips, offer.nights_per_trip)
    return check(stated, max_trips=max_trips)


def compared(quotes: list[Offer], *, max_trips: int | None = None, **basis: object) -> list[Compared]:
    plans = {offer.number: plan_of(offer, max_trips=max_trips) for offer in quotes}
    travels = {offer.number: TRAVEL for offer in quotes}
    return compare(quotes, Basis(plans, travels, **{"convert": same, **basis}))  # type: ignore[arg-type]


def in_all(offer: Offer) -> tuple[int, int, int]:
    total = quote_total(offer, plan=plan_of(offer), travel=TRAVEL, convert=same)
    assert total is not None
    return total.treatment, total.travel, total.all


@pytest.mark.parametrize(
    ("changes", "travel"),
    [
        ({}, 2 * 20000 + 30 * 5000),
        ({"included": ("hotel",)}, 2 * 20000),  # nights that are included are not paid twice
        # Two trips of two nights cannot hold four sessions: counted as four trips of two nights.
        ({"nights_per_trip": 2}, 4 * 20000 + 8 * 5000),
        ({"nights_per_trip": 2, "included": ("hotel",)}, 4 * 20000 + 4 * 5000),  # the hotel covers the nights stated
        # One trip of 30 nights cannot hold them either: its hotel covers two nights of the first of four trips.
        ({"trips": 1, "nights_per_trip": 30, "included": ("hotel",)}, 4 * 20000 + 6 * 5000),
        ({"nights_per_trip": 15, "session_gap_weeks": 3}, 4 * 20000 + 8 * 5000),
    ],
)
def test_course_and_trips_and_nights(changes: dict[str, object], travel: int) -> None:
    assert in_all(replace(Offer(), **changes)) == (48000, travel, 48000 + travel)  # type: ignore[arg-type]


def test_no_rate_is_said_and_comes_last() -> None:
    rows = compared([Offer(number=1), Offer(number=2)], convert=no_rate)
    assert [row.total for row in rows] == [None, None]


def test_more_than_at_home_is_more() -> None:
    row = compared([Offer()], home_course=Fraction(220000))[0]
    assert row.against_home == 18000


@pytest.mark.parametrize("cheap", [{"nights_per_trip": 2}, {"trips": 4, "nights_per_trip": 2}])
def test_what_does_not_fit_is_never_the_lowest(cheap: dict[str, int]) -> None:
    fitting, other = Offer(number=1), replace(Offer(number=2, total=100), **cheap)
    rows = compared([fitting, other], max_trips=2)
    assert [(row.number, row.lowest) for row in rows] == [(1, True), (2, False)]


def test_a_no_counts_as_stated_and_nothing_as_not() -> None:
    assert items_answered(Offer()) == 9
    assert items_answered(replace(Offer(), refund_if_refused=False, included=("hotel",))) == 11


offers = st.lists(
    st.builds(
        Offer,
        number=st.integers(1, 999),
        total=st.integers(1, 10**7),
        trips=st.integers(1, 12),
        nights_per_trip=st.integers(0, 60),
        session_gap_weeks=st.none() | st.integers(1, 4),
        included=st.sampled_from([(), ("hotel",), ("transfer",)]),
    ),
    min_size=2,
    max_size=5,
    unique_by=lambda offer: offer.number,
)


@given(offers, st.none() | st.integers(1, 2))
def test_the_first_of_those_that_fit_is_the_lowest_and_marked(quotes: list[Offer], most: int | None) -> None:
    rows = compared(quotes, max_trips=most)
    fitting = [row for row in rows if row.plan.fits]
    totals = [row.total.exact for row in fitting if row.total]
    assert rows[: len(fitting)] == fitting
    assert totals == sorted(totals)
    assert [row.lowest for row in fitting] == [total == totals[0] for total in totals]
    assert not any(row.lowest for row in rows if not row.plan.fits)


@given(offers)
def test_without_travel_only_the_treatment_counts(quotes: list[Offer]) -> None:
    for row in compared(quotes, with_travel=False):
        assert row.total is not None
        assert row.total.travel == 0
