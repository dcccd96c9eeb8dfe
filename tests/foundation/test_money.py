"""What people type is parsed in one place."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.money import NotAnAmount, minor_units, parse_amount, whole_units


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,200", "EUR", 120000),
        ("1.200", "EUR", 120000),
        ("1 200", "EUR", 120000),
        ("1\u202f200,50", "EUR", 120050),
        ("1,200.50", "EUR", 120050),
        ("1.200,50", "EUR", 120050),
        ("900", "GBP", 90000),
        ("12.5", "USD", 1250),
        ("1,200,000", "KRW", 1200000),
        ("480", "KRW", 480),
    ],
)
def test_the_ways_people_write_it(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "-5", "1,2,3", "12e5", "١٢", "1.2.3.4", "9" * 20, "12,34,56", "€5", "."])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(NotAnAmount):
        parse_amount(text, "EUR")


@given(st.integers(0, 10**9), st.sampled_from(["EUR", "KRW", "GBP", "INR"]))
def test_whole_and_minor_are_each_others_inverse(minor: int, currency: str) -> None:
    assert minor_units(whole_units(minor, currency), currency) == minor


@given(st.text(max_size=20), st.sampled_from(["EUR", "KRW"]))
def test_any_text_is_an_amount_or_refused(text: str, currency: str) -> None:
    with suppress(NotAnAmount):
        assert parse_amount(text, currency) >= 0


@given(st.integers(0, 10**9))
def test_grouped_or_not_is_the_same(whole: int) -> None:
    spellings = {f"{whole}", f"{whole:,}", f"{whole:,}".replace(",", "."), f"{whole:,}".replace(",", " ")}
    assert {parse_amount(text, "EUR") for text in spellings} == {whole * 100}
