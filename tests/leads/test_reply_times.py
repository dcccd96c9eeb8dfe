"""The median counts those who never got an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.leads.clocks import median_minutes


@pytest.mark.parametrize(
    ("leads", "median"),
    [
        ([(60, True), (120, True), (180, True)], 120),
        ([(60, True), (120, True), (600, False), (600, False)], 120),
        ([(60, True), (600, False), (600, False)], None),
        # Freireich's 6-MP arm, the textbook example: median 23 weeks.
        (
            [(t, True) for t in (6, 6, 6, 7, 10, 13, 16, 22, 23)]
            + [(t, False) for t in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)],
            23,
        ),
    ],
)
def test_the_median(leads: list[tuple[float, bool]], median: float | None) -> None:
    assert median_minutes(leads) == median


@given(st.lists(st.tuples(st.floats(1, 5000), st.booleans()), min_size=5, max_size=40))
def test_one_more_silence_never_makes_it_faster(leads: list[tuple[float, bool]]) -> None:
    before, after = median_minutes(leads), median_minutes([*leads, (9999.0, False)])
    assert after is None or (before is not None and after >= before)
