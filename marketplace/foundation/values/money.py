"""Money is an integer of minor units and a currency: converted to whole units and back, formatted, and its signs."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import NumberPattern, format_currency, get_currency_precision, get_currency_symbol, parse_pattern

MAX_KEPT_AMOUNTS = 8192  # amounts kept as they are written
MAX_MINOR_UNITS = 10**12  # minor units: beyond any course of treatment, far inside a bigint

# Besides the code and the sign of CLDR; a sign that several currencies use is the own sign of each.
_ALSO: dict[str, tuple[str, ...]] = {
    "AED": ("د.إ", "dhs"),
    "AUD": ("$", "au$", "aud$"),
    "BRL": ("r$",),
    "CAD": ("$", "c$", "can$"),
    "CHF": ("fr.", "fr", "sfr.", "sfr", "franken"),
    "CNY": ("¥", "元", "rmb"),
    "CZK": ("kč", "kc"),
    "DKK": ("kr.", "kr"),
    "EUR": ("€", "euro", "euros"),
    "GBP": ("£", "pounds", "pound"),
    "HKD": ("$",),
    "HUF": ("ft",),
    "ILS": ("₪", "nis"),
    "INR": ("₹", "rs.", "rs", "rupees"),
    "JPY": ("¥", "円", "yen"),
    "KRW": ("₩", "원", "won"),
    "KWD": ("kd", "د.ك"),
    "MXN": ("$", "m$", "pesos"),
    "NOK": ("kr.", "kr"),
    "NZD": ("$",),
    "PLN": ("zł", "zl"),
    "RON": ("lei",),
    "SAR": ("sr", "ر.س", "﷼"),
    "SEK": ("kr.", "kr"),
    "SGD": ("$", "s$"),
    "THB": ("฿", "baht"),
    "TRY": ("₺", "tl", "lira"),
    "USD": ("$", "us$", "usd$", "dollars", "dollar"),
    "ZAR": ("r",),
}


@lru_cache
def precision(currency: str) -> int:
    """The digits after the point: 2 for EUR, 0 for KRW (CLDR)."""
    return get_currency_precision(currency)


def minor_units(whole: Decimal | int, currency: str) -> int:
    """Whole units to minor units, rounded half to even."""
    return int((Decimal(whole) * 10 ** precision(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def half_up(amount: Fraction, *, unit: int = 1) -> int:
    """The nearest multiple of `unit`; what is half way is rounded away from 0, so that less and more are alike."""
    whole, part = abs(amount.numerator), amount.denominator * unit
    nearest = (2 * whole + part) // (2 * part) * unit
    return nearest if amount.numerator >= 0 else -nearest


def whole_units(minor: int, currency: str) -> Decimal:
    """Minor units to whole units, exact."""
    return Decimal(minor).scaleb(-precision(currency))


@lru_cache(MAX_KEPT_AMOUNTS)
def written(minor: int, currency: str, *, locale: Locale) -> str:
    """Minor units as people read them, like €480 or £410.50: no empty cents, and the plain sign of a currency."""
    whole = whole_units(minor, currency)
    pattern = _pattern(currency, locale, 0 if whole == int(whole) else precision(currency))
    text = format_currency(whole, currency, locale=locale, currency_digits=False, format=pattern)
    return text.replace("\u00a0", " ")


@lru_cache
def _pattern(currency: str, locale: Locale, digits: int) -> NumberPattern:
    letters = get_currency_symbol(currency, locale=locale)[-1].isalpha()  # PLN 1,880, but €480
    return parse_pattern(("¤\u00a0" if letters else "¤") + "#,##0" + ("." + "0" * digits if digits else ""))


@cache
def own_signs(currency: str) -> tuple[str, ...]:
    """The signs and codes that may stand beside an amount of this currency, in lower case, the longest first."""
    signs = {currency, get_currency_symbol(currency, "en"), *_ALSO.get(currency, ())}
    return tuple(sorted({sign.casefold() for sign in signs if sign}, key=lambda sign: (-len(sign), sign)))


@cache
def _known_signs() -> dict[str, str]:
    """Signs and codes of all currencies, in lower case, as they are written."""
    codes = {str(code).casefold(): str(code) for code in Locale("en").currencies}
    return codes | {sign.casefold(): sign for signs in _ALSO.values() for sign in signs}


def foreign_sign(text: str, currency: str) -> str:
    """The sign or code of another currency in the text; "" where there is none."""
    words = [word for word in re.split(r"[\d\s.,'٫+-]+", text.casefold()) if word]
    strange = [word for word in words if word not in own_signs(currency)]
    return next((_known_signs()[word] for word in strange if word in _known_signs()), "")
