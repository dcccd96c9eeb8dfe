"""Facts about a country from official pages that were read: who may inject, the register, whom to turn to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from marketplace.catalogue.content_rows import ContentError
from marketplace.catalogue.geography import CONTENT, destinations

FILE = "country_facts.yaml"  # of the content folder, and of each folder with further content
FACT_KINDS = ("injecting", "register", "clinic_licence", "product_authority", "complaints", "emergency")
FRESH_MONTHS = 12
MONTHS_A_YEAR = 12
MARKUP = re.compile(r"[<>`*\[\]{}|#]")


@dataclass(frozen=True)
class CountryFact:
    """What an official page says, in our words: the page's name and address, and the day on which it was read.

    `dated`: the page's own date, where it has one. `stored_copy`: a copy of the page was read, which needs its date.
    """

    text: str
    source: str
    url: str
    read_on: date
    dated: date | None = None
    stored_copy: bool = False

    def is_old(self, today: date) -> bool:
        """Returns whether FRESH_MONTHS months have passed since the page's own date, else since it was read."""
        of = self.dated or self.read_on
        months = (today.year - of.year) * MONTHS_A_YEAR + today.month - of.month
        return months - (today.day < of.day) >= FRESH_MONTHS


CountryFacts = Mapping[str, Mapping[str, CountryFact]]  # by country and kind


@cache
def country_facts(further: tuple[str, ...]) -> CountryFacts:
    """Returns the facts of the content folder and of the `further` folders, of which a later one replaces an earlier.

    Raises ContentError, which names file, country, kind and field.
    """
    found: dict[str, dict[str, CountryFact]] = {}
    for file in (folder / FILE for folder in (CONTENT, *map(Path, further))):
        if file.exists():
            for country, facts in _read(file).items():
                found.setdefault(country, {}).update(facts)
    return found


def check_days(facts: CountryFacts, *, today: date) -> None:
    """Checks that nothing was read or dated after today. Raises ContentError."""
    for country, by_kind in facts.items():
        for kind, fact in by_kind.items():
            if max(fact.read_on, fact.dated or fact.read_on) > today:
                raise ContentError(f"{FILE}: {country}: {kind}: a date is in the future")


def _read(file: Path) -> dict[str, dict[str, CountryFact]]:
    raw = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return {country: _of_country(f"{file}: {country}", country, facts) for country, facts in raw.items()}


def _of_country(where: str, country: str, raw: Mapping[str, Any]) -> dict[str, CountryFact]:
    if country not in destinations():
        raise ContentError(f"{where}: not a country with clinics")
    if unknown := sorted(raw.keys() - set(FACT_KINDS)):
        raise ContentError(f"{where}: {', '.join(unknown)} is not one of {', '.join(FACT_KINDS)}")
    return {kind: _fact(f"{where}: {kind}", fact) for kind, fact in raw.items()}


def _fact(where: str, raw: Mapping[str, Any]) -> CountryFact:
    known = {field.name: field.default is MISSING for field in fields(CountryFact)}
    if missing := sorted(name for name, is_needed in known.items() if is_needed and not raw.get(name)):
        raise ContentError(f"{where}: {', '.join(missing)} is missing")
    if unknown := sorted(raw.keys() - known):
        raise ContentError(f"{where}: {', '.join(unknown)} is unknown")
    if problem := next(_problems(raw), None):
        raise ContentError(f"{where}: {problem}")
    return CountryFact(**{**raw, "text": raw["text"].strip()})


def _problems(raw: Mapping[str, Any]) -> Iterator[str]:
    for name in ("text", "source"):
        if not isinstance(raw[name], str) or MARKUP.search(raw[name]):
            yield f"{name}: plain words, without markup"
    for name in ("read_on", "dated"):
        if name in raw and type(raw[name]) is not date:
            yield f"{name}: a date such as 2026-11-28"
    if raw.get("stored_copy") and "dated" not in raw:
        yield "dated is missing: a stored copy says how old it is"
    if not _is_address(raw["url"]):
        yield "url: a whole address that begins with https://"


def _is_address(url: str) -> bool:
    parts = urlsplit(str(url))
    return parts.scheme == "https" and "." in (parts.hostname or "") and not re.search(r"[\s@\"'<>]", url)
