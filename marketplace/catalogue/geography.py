"""The countries we know: where clinics are, where patients live, what a trip between two regions may cost."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

CONTENT = Path(__file__).parent / "content"
DEFAULT_HOME = "GB"  # where nobody says where they live
DATA_PROTECTION = ("gdpr", "uk_gdpr", "other")


@dataclass(frozen=True)
class Country:
    """A country; `slug` is set where clinics are listed, `article` where English needs one in a sentence.

    `timezone` is that of the capital; where a country has several, times name the city. `data_protection` is the law on
    what clinics there may do with the data they get.
    """

    code: str
    region: str  # of our travel estimates; empty where we have none
    currency: str
    timezone: str
    data_protection: str  # one of DATA_PROTECTION
    slug: str | None = None
    languages: tuple[str, ...] = ()
    article: str = ""

    @property
    def has_european_law(self) -> bool:
        """Returns whether the data protection law of the EU or the UK applies there."""
        return self.data_protection in {"gdpr", "uk_gdpr"}


class NoEstimateError(LookupError):
    """We have no travel estimate from this country."""

    def __init__(self, home: str) -> None:
        super().__init__(home)
        self.home = home


@dataclass(frozen=True)
class TravelEstimate:
    """Our dated estimate of the cost of one trip, in whole units of a currency (not in minor units)."""

    fare: int
    night: int
    currency: str
    source: str
    dated: date


@cache
def _file(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))
    return read


@cache
def destinations() -> dict[str, Country]:
    """Returns the countries with clinics by code, in the order of the guide."""
    rows = _file("countries.yaml")["countries"]
    return {row["code"]: Country(**{**row, "languages": tuple(row["languages"])}) for row in rows}


@cache
def homes() -> dict[str, Country]:
    """Returns the countries that we estimate travel from, by code."""
    further = {row["code"]: Country(**row) for row in _file("countries.yaml")["homes"]}
    return {**destinations(), **further}


@cache
def everywhere() -> dict[str, Country]:
    """Returns every country that a patient can live in, by code; from some we have no travel estimate."""
    further = _file("countries.yaml")["elsewhere"]
    return {**{row["code"]: Country(**row, region="", data_protection="other") for row in further}, **homes()}


def zone_of(home: str | None) -> str:
    """Returns the time zone of a person who lives in this country; UTC where the country is not known."""
    known = everywhere().get((home or "").upper())
    return known.timezone if known else "UTC"


def clocks(moment: datetime, *, home: str | None, there: str) -> list[str]:
    """Returns the time zones to show a time in: the patient's and the clinic's; the clinic's alone if both agree."""
    ours, theirs = (moment.astimezone(ZoneInfo(zone)).utcoffset() for zone in (zone_of(home), there))
    return [there] if ours == theirs or home is None else [zone_of(home), there]


def city_of(timezone: str) -> str:
    """Returns the city of a time zone, such as London for Europe/London."""
    return timezone.rpartition("/")[2].replace("_", " ")


@cache
def by_slug() -> dict[str, Country]:
    """Returns the countries with clinics by their names in paths."""
    return {country.slug: country for country in destinations().values() if country.slug}


def travel_dated() -> date:
    """Returns the day of our travel estimates."""
    dated: date = _file("travel.yaml")["dated"]
    return dated


@cache
def travel(home: str, destination: str) -> TravelEstimate:
    """Returns the estimated fare of one return trip and price of one night between two countries' regions.

    Raises NoEstimateError.
    """
    file = _file("travel.yaml")
    if home not in homes():
        raise NoEstimateError(home)
    pair = (homes()[home].region, homes()[destination].region)
    fares = {(row["from"], row["to"]): row["fare"] for row in file["estimates"]}
    fare = 0 if home == destination else fares[pair]
    night = 0 if home == destination else file["nights"][destination]
    return TravelEstimate(fare=fare, night=night, currency=file["currency"], source=file["source"], dated=file["dated"])
