"""What a reader chose: home and currency, from the address, else from the preferences' cookies, else a default."""

from flask import request

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import homes

DEFAULT_HOME = "GB"
MAIN_CURRENCIES = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "PLN", "SEK", "TRY")


def home() -> str:
    """An alpha-2 code we know; anything else is not taken."""
    for given in (request.args.get("home"), request.cookies.get("home")):
        code = (given or "").upper()
        if code in homes():
            return code
    return DEFAULT_HOME


def currency() -> str:
    """One with a reference rate: where none was chosen, that of the home country."""
    for given in (request.args.get("currency"), request.cookies.get("currency")):
        code = (given or "").upper()
        if exchange.has_rate(code):
            return code
    return exchange.shown_currency(homes()[home()].currency)


def currencies() -> list[str]:
    """Those a reader may choose."""
    known = exchange.rates().per_euro
    return [code for code in MAIN_CURRENCIES if code in known] or [exchange.EURO]
