"""Totals are exact, rounded once, and their parts add up."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.course_costs import Total, Travel, travel_cost
from marketplace.catalogue.trip_plans import Plan, shortest, trip_a_session
from marketplace.foundation.values.money import half_up

amounts = st.fractions(min_value=0, max_value=10**7, max_denominator=1000)
units = st.sampled_from([1, 100])
travels = st.builds(Travel, fare=amounts, night=amounts)


@given(amounts, amounts, units)
def test_the_parts_shown_add_up_to_the_whole(treatment: Fraction, travel: Fraction, unit: int) -> None:
    total = Total(treatment, travel, unit)
    assert total.treatment + total.travel == total.all
    assert min(total.treatment, total.travel) >= 0
    assert abs(total.all - (treatment + travel)) * 2 <= unit


@given(amounts, amounts, amounts, units)
def test_a_difference_is_taken_before_rounding(
    treatment: Fraction, travel: Fraction, home: Fraction, unit: int
) -> None:
    exact = treatment + travel - home
    assert abs(Total(treatment, travel, unit).against(home) - exact) * 2 <= unit


@given(st.fractions(max_denominator=1000), units)
def test_half_way_goes_up_and_less_is_rounded_like_more(amount: Fraction, unit: int) -> None:
    assert half_up(-amount, unit=unit) == -half_up(amount, unit=unit)
    assert half_up(Fraction(unit, 2), unit=unit) == unit
    assert half_up(abs(amount), unit=unit) == (abs(amount) + Fraction(unit, 2)) // unit * unit


@given(st.integers(1, 12), st.integers(1, 11), st.integers(2, 60), travels)
def test_more_trips_of_the_same_nights_never_cost_less(n: int, trips: int, nights: int, travel: Travel) -> None:
    fewer, more = (travel_cost(Plan(n, 2, t, nights), travel) for t in (trips, trips + 1))
    assert fewer <= more


@given(st.integers(1, 12), st.integers(1, 12), travels)
def test_a_trip_a_session_is_each_trips_fare_and_two_nights(n: int, gap: int, travel: Travel) -> None:
    assert travel_cost(trip_a_session(n, gap=gap), travel) == n * (travel.fare + 2 * travel.night)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 200), travels)
def test_included_nights_are_not_paid_and_never_earn(n: int, trips: int, included: int, travel: Travel) -> None:
    plan = shortest(n, gap=2, trips=trips)
    cost = travel_cost(plan, travel, nights_included=included)
    assert plan.trips * travel.fare <= cost <= travel_cost(plan, travel)
