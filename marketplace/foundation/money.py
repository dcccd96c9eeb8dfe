"""Money is an integer of minor units with its currency; what people type is parsed here and nowhere else."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from babel import Locale
from babel.numbers import format_currency, get_currency_precision

MOST = 10**12  # minor units: beyond any course of treatment, far inside a bigint
_SPACES = re.compile(r"[\s\u00a0\u202f']+")
_PLAIN = re.compile(r"\d{1,13}(\.\d{1,3})?")


class NotAnAmount(ValueError):
    """The text is not an amount of money."""


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
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    text = format_currency(whole, currency, locale=locale, currency_digits=False, format=pattern)
    return text.replace("\u00a0", " ")


def parse_amount(text: str, currency: str) -> int:
    """Minor units of what a person typed: 1,200 · 1.200 · 1 200 · 1.200,50. Raises NotAnAmount."""
    compact = _SPACES.sub("", text)
    point = _decimal_point(compact, precision(currency))
    digits = re.sub(r"[.,]", "", compact) if point is None else _rejoin(compact, point)
    if not _PLAIN.fullmatch(digits) or not digits.isascii():
        raise NotAnAmount(text)
    minor = minor_units(Decimal(digits), currency)
    if minor > MOST:
        raise NotAnAmount(text)
    return minor


def _decimal_point(text: str, digits_after: int) -> int | None:
    """A last point or comma followed by one or two digits divides; three digits after it group thousands."""
    last = max(text.rfind("."), text.rfind(","))
    after = len(text) - last - 1
    if last < 0 or after == 0 or after > 2:
        return None if _grouped(text) else last
    return last if digits_after else None


def _grouped(text: str) -> bool:
    """Groups of three after the first, or nothing to group."""
    return bool(re.fullmatch(r"\d{1,3}([.,]\d{3})+|\d+", text))


def _rejoin(text: str, point: int) -> str:
    whole, after = text[:point], text[point + 1 :]
    if whole and not _grouped(whole):
        raise NotAnAmount(text)
    return f"{re.sub(r'[.,]', '', whole) or '0'}.{after}"
