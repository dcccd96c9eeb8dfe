"""Conversions: by dated reference rates, the amount and the day together."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.exchange import NoRate, Rates, convert, load_rates, rate_day

RATES = Rates(
    date(2026, 10, 30),
    {"EUR": Decimal(1), "GBP": Decimal("0.85"), "USD": Decimal("1.10"), "KRW": Decimal(1500), "PLN": Decimal("4.25")},
)


def test_the_day_comes_with_the_amount() -> None:
    found = RATES.convert(48000, "EUR", "GBP")
    assert (found.minor, found.currency, found.day) == (40800, "GBP", date(2026, 10, 30))


@pytest.mark.parametrize(
    ("minor", "of", "to", "expected"),
    [(100, "EUR", "KRW", 1500), (1500, "KRW", "EUR", 100), (11000, "USD", "PLN", 42500), (12345, "USD", "USD", 12345)],
)
def test_currencies_without_cents_are_minded(minor: int, of: str, to: str, expected: int) -> None:
    assert RATES.convert(minor, of, to).minor == expected


def test_a_currency_without_a_rate_is_said_to_be_one() -> None:
    with pytest.raises(NoRate):
        RATES.convert(100, "AED", "EUR")


@given(st.integers(0, 10**10), st.sampled_from(["GBP", "USD", "PLN"]))
def test_there_and_back_is_the_same_within_rounding(minor: int, to: str) -> None:
    there = RATES.convert(minor, "EUR", to).minor
    assert abs(RATES.convert(there, to, "EUR").minor - minor) <= 1


@given(st.integers(0, 10**10), st.integers(0, 10**10))
def test_more_money_is_never_less_elsewhere(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert RATES.convert(low, "USD", "GBP").minor <= RATES.convert(high, "USD", "GBP").minor


@pytest.mark.usefixtures("db_session")
def test_the_shipped_rates_are_loaded_once() -> None:
    assert load_rates() == 0
    assert rate_day() >= date(2026, 1, 1)
    assert convert(100, "EUR", "EUR").minor == 100
    assert 50 < convert(10000, "EUR", "GBP").minor / 100 < 120
