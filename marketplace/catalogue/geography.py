"""The countries we know: where clinics are, where patients live, what a trip between two regions may cost."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Country:
    """A country; `slug` is set where clinics are listed, `article` where an English sentence puts one before it."""

    code: str
    region: str
    currency: str
    slug: str | None = None
    timezone: str | None = None
    languages: tuple[str, ...] = ()
    article: str = ""


@dataclass(frozen=True)
class TravelEstimate:
    """Our dated estimate for one trip: whole units of a currency."""

    fare: int
    night: int
    currency: str
    source: str
    dated: date


@cache
def _file(name: str) -> Any:
    return yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))


@cache
def destinations() -> dict[str, Country]:
    """Countries with clinics, by code, in the order of the guide."""
    rows = _file("countries.yaml")["countries"]
    return {row["code"]: Country(**{**row, "languages": tuple(row["languages"])}) for row in rows}


@cache
def homes() -> dict[str, Country]:
    """Every country a patient can live in, by code."""
    further = {row["code"]: Country(**row) for row in _file("countries.yaml")["homes"]}
    return {**destinations(), **further}


@cache
def by_slug() -> dict[str, Country]:
    """Countries with clinics by the name in their path."""
    return {country.slug: country for country in destinations().values() if country.slug}


@cache
def travel(home: str, destination: str) -> TravelEstimate:
    """Fare of one return trip and price of one night, between the regions of two countries."""
    file = _file("travel.yaml")
    pair = (homes()[home].region, homes()[destination].region)
    fares = {(row["from"], row["to"]): row["fare"] for row in file["estimates"]}
    fare = 0 if home == destination else fares[pair]
    night = 0 if home == destination else file["nights"][destination]
    return TravelEstimate(fare=fare, night=night, currency=file["currency"], source=file["source"], dated=file["dated"])
