"""Minor units, whole units, and an amount as people read it."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.money import minor_units, whole_units


@given(st.integers(0, 10**9), st.sampled_from(["EUR", "KRW", "GBP", "INR"]))
def test_whole_and_minor_are_each_others_inverse(minor: int, currency: str) -> None:
    assert minor_units(whole_units(minor, currency), currency) == minor
