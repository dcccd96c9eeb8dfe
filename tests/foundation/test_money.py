"""Minor units, whole units, and an amount as people read it."""

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.values.money import minor_units, whole_units, written


@given(st.integers(0, 10**9), st.sampled_from(["EUR", "KRW", "GBP", "INR"]))
def test_whole_and_minor_are_each_others_inverse(minor: int, currency: str) -> None:
    assert minor_units(whole_units(minor, currency), currency) == minor


@pytest.mark.parametrize(("currency", "text"), [("PLN", "PLN 1,880"), ("EUR", "€1,880"), ("TRY", "TRY 1,880")])
def test_a_currency_written_in_letters_stands_apart(currency: str, text: str) -> None:
    assert written(188000, currency, locale=Locale("en")) == text
