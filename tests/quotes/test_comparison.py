"""Total for you, to the penny, and what is missing said as missing."""

from dataclasses import dataclass, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from marketplace.quotes.comparison import ITEMS, Travel, compare, items_answered, total_for_you


@dataclass(frozen=True)
class Offer:
    number: int = 1
    currency: str = "EUR"
    total: int = 48000
    trips: int = 2
    nights_per_trip: int = 3
    included: tuple[str, ...] = ()
    valid_until: date = date(2026, 12, 31)
    sessions: int = 4
    price_per_session: int = 12000
    product: str = "NCTF 135 HA"
    product_sealed: bool | None = None
    practitioner_role: str = "doctor"
    practitioner_name: str | None = None
    practitioner_register: str | None = None
    session_gap_weeks: int | None = None
    deposit: int = 0
    refund_if_refused: bool | None = None
    price_may_change_by: int | None = None
    if_something_goes_wrong: str | None = None
    taxes_included: bool | None = None


TRAVEL = Travel(fare=20000, night=5000)


def same(minor: int, _currency: str) -> int:
    return minor


def test_course_and_trips_and_nights() -> None:
    total = total_for_you(Offer(), travel=TRAVEL, convert=same)
    assert total is not None
    assert (total.treatment, total.travel, total.all) == (48000, 2 * (20000 + 3 * 5000), 118000)


def test_nights_that_are_included_are_not_paid_twice() -> None:
    total = total_for_you(Offer(included=("hotel",)), travel=TRAVEL, convert=same)
    assert total is not None
    assert total.travel == 2 * 20000


def test_no_rate_is_said_and_comes_last() -> None:
    rows = compare([Offer(number=1), Offer(number=2)], travel=lambda _: TRAVEL, convert=lambda m, c: None)
    assert [row.total for row in rows] == [None, None]


def test_more_than_at_home_is_more() -> None:
    row = compare([Offer()], travel=lambda _: TRAVEL, convert=same, home_course=100000)[0]
    assert row.against_home == 18000


def test_a_no_counts_as_stated_and_nothing_as_not() -> None:
    assert items_answered(Offer()) == 9
    assert items_answered(replace(Offer(), refund_if_refused=False, included=("hotel",))) == 11
    assert len(ITEMS) == 18


offers = st.lists(
    st.builds(
        Offer,
        number=st.integers(1, 999),
        total=st.integers(1, 10**7),
        trips=st.integers(1, 12),
        nights_per_trip=st.integers(0, 10),
        included=st.sampled_from([(), ("hotel",), ("transfer",)]),
    ),
    min_size=2,
    max_size=5,
    unique_by=lambda offer: offer.number,
)


@given(offers)
def test_the_first_is_the_lowest_and_marked(quotes: list[Offer]) -> None:
    rows = compare(quotes, travel=lambda _: TRAVEL, convert=same)
    totals = [row.total.all for row in rows if row.total]
    assert totals == sorted(totals)
    assert [row.lowest for row in rows] == [total == totals[0] for total in totals]


@given(offers)
def test_without_travel_only_the_treatment_counts(quotes: list[Offer]) -> None:
    for row in compare(quotes, travel=lambda _: TRAVEL, convert=same, view="treatment"):
        assert row.total is not None
        assert row.total.travel == 0
