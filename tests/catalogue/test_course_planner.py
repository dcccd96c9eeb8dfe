"""The plans of a course side by side: by hand, and for every course."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.course_costs import Travel
from marketplace.catalogue.course_planner import Costs, PlanKind, Stay, calendar, course_plans
from marketplace.catalogue.trip_plans import Plan, shortest
from marketplace.web.plan_cards import break_even

sessions, gaps, amounts = st.integers(1, 12), st.integers(1, 12), st.fractions(0, 10**6)
TURKEY = Costs(Fraction(373), Travel(Fraction(172), Fraction(45)), home=Fraction(1865))
hotels = st.none() | st.builds(Plan, sessions, gaps, sessions, st.integers(0, 60))
travels = st.builds(Travel, amounts, amounts)
costs = st.builds(Costs, amounts, travels, st.none() | amounts, hotel_of=hotels)


def test_four_sessions_by_hand() -> None:
    found = course_plans(4, gap=3, costs=TURKEY)
    assert [(each.kind, each.plan.trips, each.plan.nights, each.total.all, each.against_home) for each in found] == [
        (PlanKind.EACH, 4, 2, 1421, -444),  # 373 + 4 x (172 + 2 x 45)
        (PlanKind.TRIPS, 2, 22, 2697, 832),  # 373 + 2 x (172 + 22 x 45)
        (PlanKind.STAY, 1, 64, 3425, 1560),  # 373 + 172 + 64 x 45
    ]
    assert [each.is_lowest for each in found] == [True, False, False]


@pytest.mark.parametrize(
    ("home", "trips"),
    [(1865, 5), (1421, 3), (1422, 4), (635, 0), (636, 1), (373, 0), (100, 0), (None, None)],
)
def test_it_pays_off_while_the_total_is_below_home(home: int | None, trips: int | None) -> None:
    at_home = None if home is None else Fraction(home)
    assert Costs(TURKEY.course, TURKEY.travel, at_home).pays_off_up_to() == trips


def test_the_clinics_own_plan_stands_among_them_with_its_nights_paid() -> None:
    own_plan = Plan(4, 2, 2, 15)
    found = course_plans(4, gap=3, costs=replace(TURKEY, hotel_of=own_plan), stated=own_plan)
    assert [(each.total.all, each.nights_included, each.is_stated) for each in found] == [
        (1241, 4, False),  # 373 + 4 x 172 + 4 x 45: two nights of each of two trips are in the price
        (717, 30, True),  # 373 + 2 x 172
        (1347, 30, False),  # 373 + 2 x 172 + (44 - 30) x 45
        (2750, 15, False),  # 373 + 172 + (64 - 15) x 45
    ]


@pytest.mark.parametrize(
    ("home", "trips"),
    [(373, 0), (545, 0), (546, 1), (717, 1), (718, 2), (979, 2), (980, 3), (1241, 3), (1242, 4)],
)
def test_nights_in_the_price_count_where_it_is_said_how_many_trips_pay_off(home: int, trips: int) -> None:
    costs = replace(TURKEY, home=Fraction(home), hotel_of=Plan(4, 2, 2, 15))
    assert costs.pays_off_up_to() == trips  # 172 for each of two trips, 172 + 2 x 45 for any more


def test_a_plan_that_cannot_be_done_is_not_among_them() -> None:
    assert not any(each.is_stated for each in course_plans(4, gap=3, costs=TURKEY, stated=Plan(4, 3, 2, 2)))


def test_what_needs_more_trips_than_there_are_is_never_the_lowest() -> None:
    found = course_plans(4, gap=3, costs=TURKEY, max_trips=2)
    assert [(each.fits, each.is_lowest) for each in found] == [(False, False), (True, True), (True, False)]


def test_a_calendar_by_hand() -> None:
    assert calendar(Plan(4, 3, 2, 22)) == [Stay(-1, 21, (0, 21)), Stay(41, 63, (42, 63))]
    assert calendar(Plan(3, 2, 3, 2)) == [Stay(-1, 1, (0,)), Stay(13, 15, (14,)), Stay(27, 29, (28,))]
    assert calendar(Plan(2, 1, 2, 30))[1].arrives == 29  # after the trip before


@given(sessions, gaps, st.integers(1, 12))
def test_every_calendar_keeps_spacing_and_nights(n: int, gap: int, trips: int) -> None:
    plan = shortest(n, gap=gap, trips=trips)
    stays = calendar(plan)
    days = [day for stay in stays for day in stay.sessions]
    assert len(days) == n
    assert all(later - earlier >= 7 * gap for earlier, later in pairwise(days))
    assert all(stay.leaves - stay.arrives == plan.nights for stay in stays)
    assert all(stay.arrives < min(stay.sessions) <= max(stay.sessions) <= stay.leaves for stay in stays)
    assert all(earlier.leaves <= later.arrives for earlier, later in pairwise(stays))


@given(sessions, gaps, costs, st.none() | st.integers(1, 3))
def test_every_plan_can_be_done_and_the_lowest_is_the_lowest_that_fits(n, gap, given_costs, most) -> None:
    found = course_plans(n, gap=gap, costs=given_costs, max_trips=most)
    assert all(each.plan.can_be_done for each in found)
    assert {each.plan.trips for each in found} >= {1, n}
    fitting = [each.total.exact for each in found if each.fits]
    assert all(each.total.exact == min(fitting) for each in found if each.is_lowest)
    assert not any(each.is_lowest and not each.fits for each in found)


@given(costs)
def test_one_trip_more_than_pays_off_is_no_longer_below_home(given_costs: Costs) -> None:
    trips = given_costs.pays_off_up_to()
    if trips is not None and given_costs.home is not None:
        assert not trips or given_costs.total(Plan(trips, 1, trips, 2)).exact < given_costs.home
        assert given_costs.total(Plan(trips + 1, 1, trips + 1, 2)).exact >= given_costs.home


def test_every_second_bar_is_between_and_never_the_needed_one(app: Flask) -> None:
    with app.test_request_context():
        found = break_even(TURKEY, sessions=4, place="Türkiye", currency="EUR")
    assert found is not None
    assert [bar.is_between for bar in found.bars if bar.is_needed] == [False]
    assert all(one.is_between != other.is_between for one, other in pairwise(found.bars))
