from datetime import date
from decimal import Decimal
from typing import NamedTuple

class Bounds(NamedTuple):
    first_date: date
    last_date: date

class CurrencyConverter:
    bounds: dict[str, Bounds]
    currencies: set[str] | None
    def __init__(self, *, decimal: bool = False) -> None: ...
    def convert(self, amount: Decimal, currency: str, new_currency: str, date: date) -> Decimal: ...
