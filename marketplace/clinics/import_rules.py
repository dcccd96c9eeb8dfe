"""Reads one line of the clinics' CSV file and says all that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from babel import Locale

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import destinations
from marketplace.clinics.text_search import normalised
from marketplace.foundation.security.input_safety import has_unsafe_characters, mailable, overrides_direction, trimmed
from marketplace.foundation.values.amounts import NotAnAmount, Source, in_words, read_amount

COLUMNS = (
    "clinic",
    "country",
    "city",
    "address",
    "website",
    "email",
    "languages",
    "procedure",
    "low",
    "high",
    "currency",
    "package_sessions",
    "package_price",
)
REQUIRED = (
    "clinic",
    "country",
    "city",
    "address",
    "email",
    "languages",
    "procedure",
    "low",
    "high",
    "currency",
)
LANGUAGES = frozenset(str(code) for code in Locale("en").languages if len(str(code)) == 2)
CURRENCIES = frozenset(Locale("en").currencies)


@dataclass(frozen=True, order=True)
class BadLine:
    """What is wrong on which line."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True)
class Row:
    """One clinic and procedure; amounts are in minor units."""

    line: int
    clinic: str
    country: str
    city: str
    address: str
    website: str | None
    email: str
    languages: tuple[str, ...]
    procedure: str
    procedure_id: UUID
    low: int
    high: int
    currency: str
    package_sessions: int | None
    package_price: int | None
    low_eur: int = 0

    @property
    def clinic_key(self) -> tuple[str, str, str]:
        """Name, country and city: rows that share them are one clinic."""
        return normalised(self.clinic), self.country, normalised(self.city)


def read_row(line: int, record: Mapping[Any, Any], *, procedures: Mapping[str, UUID]) -> Row | list[BadLine]:
    """Returns the row, or everything that is wrong with it."""
    if None in record or None in record.values():
        return [BadLine(line, f"this line must have {len(COLUMNS)} columns")]
    cells = {name: " ".join(trimmed(str(value)).split()) for name, value in record.items()}
    unseen = [name for name, value in cells.items() if has_unsafe_characters(value) or overrides_direction(value)]
    if unseen:
        return [BadLine(line, f"{name} has characters that cannot be shown") for name in unseen]
    empty = [BadLine(line, f"{name} is empty") for name in REQUIRED if not cells[name]]
    if empty:
        return empty
    problems: list[str] = []
    _check_words(cells, problems, procedures=procedures)
    amounts = _amounts(cells, problems)
    if problems:
        return [BadLine(line, text) for text in problems]
    row = Row(
        line=line,
        clinic=cells["clinic"],
        country=cells["country"].upper(),
        city=cells["city"],
        address=cells["address"],
        website=cells["website"] or None,
        email=cells["email"],
        languages=_languages(cells),
        procedure=cells["procedure"],
        procedure_id=procedures[cells["procedure"]],
        currency=cells["currency"].upper(),
        **amounts,
    )
    return _with_euro(row)


def _with_euro(row: Row) -> Row | list[BadLine]:
    try:
        return replace(row, low_eur=exchange.convert(row.low, row.currency, "EUR").minor)
    except exchange.NoRate:
        return [BadLine(row.line, f"there is no reference rate for {row.currency}")]


def _check_words(cells: dict[str, str], problems: list[str], *, procedures: Mapping[str, UUID]) -> None:
    if cells["country"].upper() not in destinations():
        problems.append(f"country {cells['country']} is not one of {', '.join(destinations())}")
    unknown = [code for code in _languages(cells) if code not in LANGUAGES]
    if unknown:
        problems.append(f"language {', '.join(unknown)} is not a two-letter code (ISO 639-1)")
    if cells["procedure"] not in procedures:
        problems.append(f"procedure {cells['procedure']} is not one of {', '.join(sorted(procedures))}")
    if cells["currency"].upper() not in CURRENCIES:
        problems.append(f"currency {cells['currency']} is not a three-letter code (ISO 4217)")
    if cells["website"] and urlsplit(cells["website"]).scheme not in {"http", "https"}:
        problems.append("website must begin with https:// or http://")
    try:
        mailable(cells["email"])
    except ValueError:
        problems.append(f"email {cells['email']} is not an address like name@example.com")


def _languages(cells: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.strip().lower() for code in cells["languages"].split(";") if code.strip()))


def _amounts(cells: dict[str, str], problems: list[str]) -> dict[str, Any]:
    currency = cells["currency"].upper()
    low = _amount("low", cells, problems, currency=currency)
    high = _amount("high", cells, problems, currency=currency)
    price = _amount("package_price", cells, problems, currency=currency) if cells["package_price"] else None
    sessions = int(cells["package_sessions"]) if cells["package_sessions"].isdecimal() else None
    if cells["package_sessions"] and not 1 <= (sessions or 0) <= 50:
        problems.append("package_sessions must be a whole number from 1 to 50")
    if bool(cells["package_sessions"]) != bool(cells["package_price"]):
        problems.append("package_sessions and package_price go together")
    if low is not None and high is not None and low > high:
        problems.append("low is more than high")
    elif price and sessions and high is not None and price > sessions * high:
        problems.append(
            f"package_price {cells['package_price']} is more than {sessions} single sessions at {cells['high']}"
        )
    return {"low": low, "high": high, "package_sessions": sessions, "package_price": price}


def _amount(name: str, cells: dict[str, str], problems: list[str], *, currency: str) -> int | None:
    """Whole units with a point; of a currency that is none the cell is read all the same, so that its fault is told."""
    known = currency if currency in CURRENCIES else exchange.EURO
    try:
        minor = read_amount(cells[name], known, source=Source.FILE)
    except NotAnAmount as problem:
        problems.append(f"{name} {cells[name]}: {in_words(problem, example='120 or 120.50')}")
        return None
    if minor == 0:
        problems.append(f"{name} {cells[name]} is not an amount above 0")
        return None
    return minor
