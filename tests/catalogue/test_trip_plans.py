"""Which plans of trips can be done: by hand, and for every course."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.trip_plans import (
    NIGHTS_FOR_ONE,
    Plan,
    check,
    nights_needed,
    one_stay,
    possible,
    proposed,
    sessions_a_trip,
    shortest,
    trip_a_session,
)

sessions = st.integers(1, 12)
gaps = st.integers(1, 12)
trips = st.integers(1, 12)


@pytest.mark.parametrize(
    ("sessions", "gap", "trips", "nights"),
    [
        (4, 3, 4, 2),  # one session a trip: the night before and the night after
        (4, 3, 2, 22),  # two sessions: one gap of 21 days and a night
        (4, 2, 2, 15),
        (4, 2, 3, 15),  # 4 on 3 trips: the fullest has two
        (4, 2, 1, 43),  # three gaps of 14 days and a night
        (4, 3, 1, 64),
        (6, 4, 2, 57),  # three sessions: two gaps of 28 days and a night
        (1, 4, 1, 2),
        (12, 2, 1, 155),
        (3, 2, 5, 2),  # more trips than sessions
    ],
)
def test_nights_by_hand(sessions: int, gap: int, trips: int, nights: int) -> None:
    assert nights_needed(sessions, gap=gap, trips=trips) == nights


@pytest.mark.parametrize("gap", [2, 3, 4])
def test_four_sessions_are_not_two_trips_of_two_nights(gap: int) -> None:
    found = check(Plan(4, gap, 2, 2), max_trips=None)
    assert not found.can_be_done
    assert found.counted == Plan(4, gap, 4, 2)


@given(sessions, trips)
def test_the_trips_hold_all_sessions_and_no_trip_too_many(n: int, t: int) -> None:
    held = sessions_a_trip(n, trips=t)
    assert held * t >= n > (held - 1) * t


@given(sessions, gaps, trips)
def test_fewer_trips_are_never_shorter(n: int, gap: int, t: int) -> None:
    assert nights_needed(n, gap=gap, trips=t) >= nights_needed(n, gap=gap, trips=t + 1) >= NIGHTS_FOR_ONE


@given(sessions, gaps, trips, st.integers(0, 200))
def test_a_plan_can_be_done_from_the_nights_it_needs_on(n: int, gap: int, t: int, nights: int) -> None:
    found = check(Plan(n, gap, t, nights), max_trips=None)
    assert found.can_be_done == (nights >= nights_needed(n, gap=gap, trips=t))
    assert found.counted.can_be_done


@given(sessions, gaps, trips, st.integers(1, 12))
def test_more_trips_than_the_person_has_never_fit(n: int, gap: int, t: int, most: int) -> None:
    found = check(shortest(n, gap=gap, trips=t), max_trips=most)
    assert found.fits == (t <= most)


@given(sessions, gaps, st.integers(0, 60), trips)
def test_at_home_every_plan_can_be_done(n: int, gap: int, nights: int, t: int) -> None:
    assert check(Plan(n, gap, t, nights), max_trips=1, abroad=False).fits


@given(sessions, gaps, st.none() | st.integers(1, 12), st.none() | st.integers(2, 60))
def test_what_is_offered_can_be_done_within_the_bounds(n: int, gap: int, most: int | None, nights: int | None) -> None:
    found = possible(n, gap=gap, max_trips=most, max_nights=nights)
    assert all(plan.can_be_done and plan.trips <= (most or 12) for plan in found)
    assert all(plan.nights <= (nights or 10**6) for plan in found)
    assert len({plan.nights for plan in found}) == len(found)


@given(sessions, gaps, st.none() | st.integers(1, 3))
def test_the_plan_to_start_from_can_be_done(n: int, gap: int, most: int | None) -> None:
    plan = proposed(n, gap=gap, max_trips=most, max_nights=60)
    assert plan.can_be_done
    assert plan.nights <= 60
    assert most is not None or plan == trip_a_session(n, gap=gap)


def test_two_trips_for_four_sessions_are_two_long_ones() -> None:
    assert proposed(4, gap=2, max_trips=2, max_nights=60) == Plan(4, 2, 2, 15)
    assert proposed(8, gap=2, max_trips=1, max_nights=60) == Plan(8, 2, 2, 43)  # one stay would be 99 nights
    assert one_stay(4, gap=3) == Plan(4, 3, 1, 64)


def test_a_spacing_shorter_than_the_contents_is_told_and_counts_all_the_same() -> None:
    found = check(Plan(4, 1, 2, 8), max_trips=2, min_gap=2)
    assert (found.too_close, found.fits) == (True, True)
    assert not check(Plan(4, 2, 2, 15), max_trips=2, min_gap=2).too_close
    assert not check(Plan(1, 1, 1, 2), max_trips=2, min_gap=2).too_close
