"""Imports clinics from a CSV file as drafts: all or nothing, each bad line by its number."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from uuid import UUID

from sqlalchemy import select

from marketplace.catalogue.geography import destinations
from marketplace.catalogue.models import Procedure
from marketplace.clinics.checks import new_checks
from marketplace.clinics.import_rules import COLUMNS, BadLine, Row, read_row
from marketplace.clinics.models import Check, Clinic, ClinicPrice
from marketplace.clinics.states import ListingState
from marketplace.clinics.text_search import normalised, search_text, slug_of
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.row_sets import insert_rows

Cells = dict[str | None, object]
SEPARATORS = {";": "a semicolon (;)", "\t": "a tab", "|": "a bar (|)"}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(Exception):
    """Nothing of the file could be read; `line` says why."""

    def __init__(self, line: BadLine) -> None:
        super().__init__(str(line))
        self.line = line


def records(data: bytes) -> Iterator[tuple[int, Cells]]:
    """Yields line number and cells of each record that is not empty. Raises UnreadableFile, with its line."""
    text = _text(data)
    _check_separator(text)
    source = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    line = 1
    try:
        head = [" ".join(name.split()).casefold() for name in next(source, [])]
        if head != list(COLUMNS):
            raise UnreadableFile(BadLine(1, f"the first line must be: {','.join(COLUMNS)}"))
        line = source.line_num + 1
        for cells in source:
            if any(cell.strip() for cell in cells):
                yield line, _named(cells)
            line = source.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(BadLine(line, f"what begins on this line cannot be read: {error}")) from error


def _text(data: bytes) -> str:
    if data.startswith(_WIDE_MARKS) or _looks_wide(data):
        raise UnreadableFile(BadLine(1, "this file is UTF-16; save it as “CSV UTF-8”"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFile(BadLine(line, "this is not UTF-8 text; save the file as “CSV UTF-8”")) from error


def _looks_wide(data: bytes) -> bool:
    """Plain letters in two bytes each: every second byte of the beginning is zero."""
    even, odd = data[:200:2], data[1:200:2]
    return len(data) > 3 and (not any(even) or not any(odd))


def _check_separator(text: str) -> None:
    first = text.split("\n", 1)[0].strip("\r")
    if first.casefold().startswith("sep="):
        raise UnreadableFile(BadLine(1, f"take out the line “{first[:8]}”: columns are separated by commas"))
    for separator, words in SEPARATORS.items():
        if first.count(separator) >= len(COLUMNS) - 1:
            raise UnreadableFile(BadLine(1, f"this file is separated by {words}; save it with commas"))


def _named(cells: list[str]) -> Cells:
    """Cells by column; those beyond the last column stand under None, a missing one is None."""
    named: Cells = dict.fromkeys(COLUMNS)
    named.update(zip(COLUMNS, cells, strict=False))
    return named if len(cells) <= len(COLUMNS) else {**named, None: cells[len(COLUMNS) :]}


OFFICE_HOURS = {"mon-fri": "09:00-18:00"}
REPLY_HOURS, A_DAY, A_WEEK = 24, 5, 20


@dataclass(frozen=True)
class ImportReport:
    """How many clinics and prices were imported."""

    clinics: int
    prices: int

    def __str__(self) -> str:
        return f"{self.clinics} clinics and {self.prices} prices imported as drafts"


class ImportRefused(Exception):
    """Nothing was imported; `lines` says why, line by line."""

    def __init__(self, lines: list[BadLine]) -> None:
        super().__init__(f"{len(lines)} bad lines")
        self.lines = lines


@dataclass
class _Found:
    """The rows of one clinic."""

    first: Row
    rows: list[Row] = field(default_factory=list)


def import_csv(data: bytes) -> ImportReport:
    """Imports the file; every line is read before the first row is written. Raises ImportRefused."""
    rows, bad = _read(data)
    found: dict[tuple[str, str, str], _Found] = {}
    for row in rows:
        clinic = found.setdefault(row.clinic_key, _Found(first=row))
        bad += _disagreements(clinic, row)
        clinic.rows.append(row)
    here = _present()
    bad += _already_here(found.values(), here)
    if not rows and not bad:
        bad.append(BadLine(1, "there is no clinic in the file"))
    if bad:
        raise ImportRefused(sorted(bad))
    _write(list(found.values()), taken={slug for slug, *_key in here})
    return ImportReport(clinics=len(found), prices=len(rows))


def _write(found: list[_Found], *, taken: set[str]) -> None:
    """Adds every clinic with its checks and prices; `taken` grows by the slugs they get."""
    ids = [uuid7() for _clinic in found]
    insert_rows(Clinic, (_draft(clinic, id=id, taken=taken) for clinic, id in zip(found, ids, strict=True)))
    insert_rows(Check, ({**check, "clinic_id": id} for id in ids for check in new_checks()))
    prices = ((row, id) for clinic, id in zip(found, ids, strict=True) for row in clinic.rows)
    insert_rows(ClinicPrice, (_price(row, clinic_id=id) for row, id in prices))


def _read(data: bytes) -> tuple[list[Row], list[BadLine]]:
    rows: list[Row] = []
    bad: list[BadLine] = []
    procedures = {slug: key for slug, key in db.session.execute(select(Procedure.slug, Procedure.id))}
    try:
        for line, cells in records(data):
            row = read_row(line, cells, procedures=procedures)
            rows.append(row) if isinstance(row, Row) else bad.extend(row)
    except UnreadableFile as error:
        bad.append(error.line)
    return rows, bad


def _disagreements(clinic: _Found, row: Row) -> list[BadLine]:
    first = clinic.first
    bad = [
        BadLine(row.line, f"{name} differs from line {first.line} of the same clinic")
        for name in ("address", "website", "email", "languages", "currency")
        if getattr(row, name) != getattr(first, name)
    ]
    doubled = next((other for other in clinic.rows if other.procedure == row.procedure), None)
    if doubled is not None:
        bad.append(BadLine(row.line, f"procedure {row.procedure} is on line {doubled.line} already"))
    return bad


def _present() -> list[tuple[str, str, str, str]]:
    """Slug, name, country and city of every clinic there is."""
    query = select(Clinic.slug, Clinic.name, Clinic.country, Clinic.city)
    return [(slug, name, country, city) for slug, name, country, city in db.session.execute(query)]


def _already_here(clinics: Iterable[_Found], present: Iterable[tuple[str, str, str, str]]) -> list[BadLine]:
    here = {(normalised(name), country, normalised(city)) for _slug, name, country, city in present}
    return [BadLine(c.first.line, f"{c.first.clinic} is here already") for c in clinics if c.first.clinic_key in here]


def _draft(found: _Found, *, id: UUID, taken: set[str]) -> dict[str, object]:
    row = found.first
    return {
        "id": id,
        "slug": _free_slug(row, taken=taken),
        "name": row.clinic,
        "country": row.country,
        "city": row.city,
        "address": row.address,
        "website": row.website,
        "email": row.email,
        "timezone": destinations()[row.country].timezone,
        "languages": list(row.languages),
        "currency": row.currency,
        "summary": "",
        "hours": OFFICE_HOURS,
        "products": [],
        "accepts_countries": [],
        "target_reply_hours": REPLY_HOURS,
        "daily_capacity": A_DAY,
        "weekly_capacity": A_WEEK,
        "search_text": search_text(name=row.clinic, city=row.city, summary=""),
        "listing_state": ListingState.DRAFT,
        "draft_at": clock.now(),
    }


def _price(row: Row, *, clinic_id: UUID) -> dict[str, object]:
    return {
        "clinic_id": clinic_id,
        "procedure_id": row.procedure_id,
        "low": row.low,
        "high": row.high,
        "currency": row.currency,
        "package_sessions": row.package_sessions,
        "package_price": row.package_price,
        "low_eur": row.low_eur,
        "listed_on": clock.today(),
    }


def _free_slug(row: Row, *, taken: set[str]) -> str:
    """Two clinics of one name part by their city, then by a number. What is returned is taken from then on."""
    base = slug_of(row.clinic) or "clinic"
    numbered = (f"{base}-{n}" for n in count(2))
    wanted = chain([base, f"{base}-{slug_of(row.city)}"], numbered)
    free = next(slug for slug in wanted if slug not in taken)
    taken.add(free)
    return free
