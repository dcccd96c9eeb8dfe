"""The signs, codes and everyday names people write beside an amount, by currency."""

import re
from functools import cache

from babel import Locale
from babel.numbers import get_currency_symbol

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


@cache
def own_signs(currency: str) -> tuple[str, ...]:
    """What may stand beside an amount of this currency, in lower case, the longest first."""
    signs = {currency, get_currency_symbol(currency, "en"), *_ALSO.get(currency, ())}
    return tuple(sorted({sign.casefold() for sign in signs if sign}, key=lambda sign: (-len(sign), sign)))


@cache
def _known_signs() -> dict[str, str]:
    """Signs and codes of all currencies, in lower case, as they are written."""
    codes = {str(code).casefold(): str(code) for code in Locale("en").currencies}
    return codes | {sign.casefold(): sign for signs in _ALSO.values() for sign in signs}


def foreign_sign(text: str, currency: str) -> str:
    """The sign or code of another currency in the text; empty where there is none."""
    words = [word for word in re.split(r"[\d\s.,'٫+-]+", text.casefold()) if word]
    strange = [word for word in words if word not in own_signs(currency)]
    return next((_known_signs()[word] for word in strange if word in _known_signs()), "")
