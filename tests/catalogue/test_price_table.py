"""The comparison: pure, and true for every range of prices."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.course_costs import against, axis_end, table

CODES = ["US", "GB", "TR", "TH", "MX", "KR", "PL", "IN", "CZ"]


@dataclass(frozen=True)
class Found:
    """A stored range, made up."""

    country: str
    low: int
    high: int
    currency: str = "USD"
    basis: str = "guide"
    period: str = "2025"
    next_review: date = date(2027, 5, 22)


def same(minor: Fraction | int, _currency: str) -> Fraction:
    return Fraction(minor)


def thirds(minor: Fraction | int, _currency: str) -> Fraction:
    return Fraction(minor) / 3


@st.composite
def ranges(draw: st.DrawFn) -> list[Found]:
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True))
    pairs = [sorted(draw(st.tuples(st.integers(1, 10**7), st.integers(1, 10**7)))) for _ in codes]
    return [Found(code, low, high) for code, (low, high) in zip(codes, pairs, strict=True)]


@given(ranges(), st.sampled_from(CODES), st.integers(1, 12))
def test_every_country_has_its_row_and_home_is_first(found: list[Found], home: str, sessions: int) -> None:
    shown = table(found, home=home, sessions=sessions, convert=same)
    assert sorted(row.country for row in shown.rows) == sorted(one.country for one in found)
    assert [row.is_home for row in shown.rows].count(True) == (home in {one.country for one in found})
    assert shown.home is None or shown.rows[0] is shown.home
    abroad = [row.middle for row in shown.rows if not row.is_home]
    assert abroad == sorted(abroad)


@given(ranges(), st.sampled_from(CODES), st.integers(1, 12))
def test_a_course_is_its_sessions_and_fits_the_axis(found: list[Found], home: str, sessions: int) -> None:
    shown = table(found, home=home, sessions=sessions, convert=same)
    for row in shown.rows:
        assert row.course == (row.exact_low * sessions, row.exact_high * sessions)
        assert row.exact_low <= row.middle <= row.exact_high < shown.axis_max


@given(ranges(), st.integers(1, 12))
def test_a_converted_course_is_rounded_once(found: list[Found], sessions: int) -> None:
    for row in table(found, home="GB", sessions=sessions, convert=thirds, unit=100).rows:
        of = next(one for one in found if one.country == row.country)
        assert abs(row.course[0] - Fraction(of.low * sessions, 3)) <= 50
        assert row.course[0] % 100 == row.session[1] % 100 == 0


@given(ranges(), st.sampled_from(CODES))
def test_a_difference_needs_a_price_at_home_and_has_the_right_sign(found: list[Found], home: str) -> None:
    at_home = {one.country: one.low + one.high for one in found}
    for row in table(found, home=home, sessions=4, convert=same).rows:
        if row.is_home or home not in at_home:
            assert row.versus is None
        else:
            assert row.versus is not None
            assert row.versus >= -100
            assert row.versus * (at_home[row.country] - at_home[home]) >= 0


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_less_and_more_are_never_mixed_up(middle: int, home: int) -> None:
    assert (against(middle, home) < 0) <= (middle < home)
    assert (against(middle, home) > 0) <= (middle > home)


@given(st.integers(1, 10**12))
def test_the_axis_ends_beyond_the_highest_price(highest: int) -> None:
    assert highest < axis_end(highest) <= highest * 1.3 + 2
