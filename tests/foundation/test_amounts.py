"""Amounts are read as a person of any country means them, or refused; never as another value."""

from contextlib import suppress
from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency, format_decimal
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.values.amounts import AmountProblem, NotAnAmount, Source, as_typed, in_words, read_amount
from marketplace.foundation.values.money import own_signs, precision

CURRENCIES = ["EUR", "GBP", "TRY", "INR", "HUF", "CHF", "JPY", "KRW", "CLP", "KWD", "TND", "BHD"]
LOCALES = [
    *("en", "en_GB", "en_IN", "en_ZA", "en_CH", "de", "de_AT", "de_CH", "de_LI", "fr", "fr_CH", "fr_CA", "es", "es_MX"),
    *("it", "it_CH", "pt", "pt_PT", "nl", "pl", "cs", "hu", "ro", "bg", "sv", "nb", "da", "fi", "et", "lv", "lt", "el"),
    *("tr", "ru", "uk", "ar", "ar_EG", "ar_SA", "ar_MA", "fa", "he", "ur", "hi", "mr", "bn", "ne", "ta", "te", "my"),
    *("th", "vi", "id", "ms", "ja", "ko", "zh", "zh_Hant", "sw", "am", "hy", "ka", "kk", "is", "sl", "hr", "sr", "sq"),
]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        *[(text, "EUR", 120000) for text in ("1,200", "1.200", "1 200", "1'200", "1’200", "1\u202f200", "1\u00a0200")],
        *[(text, "EUR", 120050) for text in ("1,200.50", "1.200,50", "1\u202f200,50", "1'200.50", "1200,5")],
        *[("1.500.000", "EUR", 150000000), ("12.5", "USD", 1250), (".50", "EUR", 50), ("007", "EUR", 700)],
        # A currency without cents: zeros after the point are dropped
        *[(text, "KRW", 150000) for text in ("150000", "150000.00", "150,000.00", "150.000,00", "150,000", "150000.0")],
        # Signs, codes, names, no cents
        *[("£900", "GBP", 90000), ("480 €", "EUR", 48000), ("EUR 480", "EUR", 48000), ("eur480", "EUR", 48000)],
        *[("900,-", "EUR", 90000), ("900.-", "CHF", 90000), ("€ 900,–", "EUR", 90000), ("Rs.500/-", "INR", 50000)],
        *[("15.000 TL", "TRY", 1500000), ("₺15.000", "TRY", 1500000), ("480 euros", "EUR", 48000), ("$5", "CAD", 500)],
        # India, Arabic and full-width digits, invisible marks
        *[("1,50,000", "INR", 15000000), ("1,50,000.50", "INR", 15000050), ("١٬٢٠٠", "EUR", 120000)],
        *[
            ("١٢٫٥٠", "EUR", 1250),
            ("１，２００", "EUR", 120000),
            ("￥1,200", "JPY", 1200),
            ("\u200e480\u200b", "EUR", 48000),
        ],
        # Three digits after the point
        *[("1,500.000", "KWD", 1500000), ("1500.000", "KWD", 1500000), ("1.5", "KWD", 1500), ("1.2340", "KWD", 1234)],
    ],
)
def test_the_ways_people_write_it(text: str, currency: str, minor: int) -> None:
    assert read_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "problem"),
    [
        *[(text, "EUR", "ambiguous") for text in ("0.900", "0.120", ".500", "1,500.000", "1500.000")],
        *[("1.500", "KWD", "ambiguous"), ("1,500", "KWD", "ambiguous"), ("12.345", "KWD", "ambiguous")],
        *[("1500.5", "JPY", "too_fine"), ("10.50", "JPY", "too_fine"), ("0.905", "EUR", "too_fine")],
        *[("-5", "EUR", "negative"), ("−5", "EUR", "negative"), ("€ -5", "EUR", "negative"), ("30%", "EUR", "percent")],
        *[("£900", "EUR", "other_currency"), ("USD 9", "EUR", "other_currency"), ("9" * 14, "EUR", "too_large")],
        *[
            (text, "EUR", "not_a_number")
            for text in ("", "abc", "1,2,3", "12e5", "1.2.3.4", "12,34,56", ".", "5²", "½")
        ],
        *[(text, "EUR", "not_a_number") for text in ("1_000", "1E+03", "1 50", "1 2 3", "500.", "9" * 99, "0x10")],
    ],
)
def test_what_is_refused_and_why(text: str, currency: str, problem: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        read_amount(text, currency)
    assert refused.value.problem == AmountProblem(problem)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        *[("120", "EUR", 12000), ("120.50", "EUR", 12050), ("100000.00", "KRW", 100000), ("1500.000", "TRY", 150000)],
        *[(text, "TRY", None) for text in ("1.500", "1_000", "1E+03", "1,500", "80,50", "₺80", "80.505", "-80", "")],
    ],
)
def test_a_file_holds_whole_units_with_a_point(text: str, currency: str, minor: int | None) -> None:
    try:
        assert read_amount(text, currency, source=Source.FILE) == minor
    except NotAnAmount:
        assert minor is None


@pytest.mark.parametrize(
    ("text", "currency", "words"),
    [
        ("1.500", "KWD", "1.500 could be 1,500 or 1.50: write 1500 or 1.50"),
        ("0.900", "EUR", "0.900 could be 900 or 0.90: write 900 or 0.90"),
        ("1,500.000", "EUR", "1,500.000 could be 1,500,000 or 1,500: write 1500000 or 1500"),
        ("1500.5", "KRW", "write a whole number, KRW has no smaller unit"),
        ("30%", "EUR", "write an amount in EUR, not a percentage"),
        ("£900", "EUR", "write an amount in EUR, not in £"),
        ("abc", "EUR", "enter a number, like 480"),
    ],
)
def test_the_words_say_what_to_write(app: Flask, text: str, currency: str, words: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        read_amount(text, currency)
    assert in_words(refused.value) == words


@given(st.integers(0, 10**9), st.sampled_from(CURRENCIES), st.sampled_from(LOCALES), st.booleans())
def test_what_a_person_of_any_country_writes_is_never_another_value(
    minor: int, currency: str, locale: str, with_sign: bool
) -> None:
    whole = Decimal(minor).scaleb(-precision(currency))
    if with_sign:
        text = format_currency(whole, currency, locale=locale)
    else:
        places = precision(currency)
        pattern = "#,##0" + ("." + "0" * places if places and whole % 1 else "")
        text = format_decimal(whole, format=_grouping_of(locale, pattern), locale=locale)
    with suppress(NotAnAmount):
        assert read_amount(text, currency) == minor, text


def _grouping_of(locale: str, pattern: str) -> str:
    """By twos where the locale does."""
    indian = Locale.parse(locale).decimal_formats[None].pattern.startswith("#,##,")
    return pattern.replace("#,##0", "#,##,##0") if indian else pattern


@given(st.integers(0, 10**9), st.sampled_from(CURRENCIES), st.sampled_from(LOCALES))
def test_with_its_own_code_it_is_read_exactly(minor: int, currency: str, locale: str) -> None:
    whole = Decimal(minor).scaleb(-precision(currency))
    number = format_decimal(
        whole, format="#,##0" + "." * bool(precision(currency)) + "0" * precision(currency), locale=locale
    )
    if precision(currency) == 3 and len(number) < 9:
        return  # 12.345: thousands or a point, rightly refused
    assert {read_amount(text, currency) for text in (number, f"{currency} {number}", f"{number} {currency}")} == {minor}


@given(st.integers(0, 10**12), st.sampled_from(CURRENCIES))
def test_what_stands_in_a_field_reads_back_as_itself(minor: int, currency: str) -> None:
    assert read_amount(as_typed(minor, currency), currency) == minor


SEPARATED = st.text(alphabet="0123456789.,' -%€EURTL\u00a0٬٫١", max_size=14)


@given(st.one_of(st.text(max_size=20), SEPARATED), st.sampled_from(CURRENCIES), st.sampled_from(Source))
def test_any_text_is_an_amount_or_refused_with_words(text: str, currency: str, source: Source) -> None:
    with suppress(NotAnAmount):
        assert read_amount(text, currency, source=source) >= 0


@given(SEPARATED, st.sampled_from(["EUR", "JPY"]))
def test_what_is_read_has_the_digits_that_were_written(text: str, currency: str) -> None:
    with suppress(NotAnAmount):
        digits = "".join(str(int(c)) for c in text if c.isdecimal()).lstrip("0")
        assert str(read_amount(text, currency)).rstrip("0") == digits.rstrip("0")


def test_a_sign_that_several_currencies_use_is_the_own_of_each() -> None:
    assert all("$" in own_signs(currency) for currency in ("USD", "CAD", "AUD"))
    assert "$" not in own_signs("EUR")
