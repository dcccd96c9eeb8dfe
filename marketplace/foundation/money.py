"""Money is an integer of minor units with its currency: to whole units, back, and as people read it."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from babel import Locale
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

MOST = 10**12  # minor units: beyond any course of treatment, far inside a bigint


def precision(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for KRW (CLDR)."""
    return get_currency_precision(currency)


def minor_units(whole: Decimal | int, currency: str) -> int:
    """Whole units to minor units, rounded half to even."""
    return int((Decimal(whole) * 10 ** precision(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def half_up(amount: Fraction, *, unit: int = 1) -> int:
    """The nearest multiple of `unit`; what is half way goes away from 0, so that less and more are rounded alike."""
    halves = 2 * abs(amount) / unit
    nearest = int(halves + 1) // 2 * unit
    return nearest if amount >= 0 else -nearest


def whole_units(minor: int, currency: str) -> Decimal:
    """Minor units to whole units, exact."""
    return Decimal(minor).scaleb(-precision(currency))


def written(minor: int, currency: str, *, locale: Locale) -> str:
    """€480, £410.50: minor units as people read them; no empty cents, and the plain sign of a currency."""
    whole = whole_units(minor, currency)
    digits = 0 if whole == int(whole) else precision(currency)
    letters = get_currency_symbol(currency, locale=locale)[-1].isalpha()  # PLN 1,880, but €480
    pattern = ("¤\u00a0" if letters else "¤") + "#,##0" + ("." + "0" * digits if digits else "")
    text = format_currency(whole, currency, locale=locale, currency_digits=False, format=pattern)
    return text.replace("\u00a0", " ")
