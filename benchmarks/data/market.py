"""Invents a market of clinics with people, prices and checks: the same for the same seed, whichever are made first."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from babel import Locale

from benchmarks.data.copying import Row
from marketplace.clinics.states import CheckKind, CheckState, ListingState
from marketplace.clinics.text_search import search_text, slug_of

SEED = 20261128
FIRST_KEY = 1_700_000_000_000  # milliseconds: keys of invented rows are older than those the site makes
WORDS = Path(__file__).with_name("words.txt").read_text("utf-8").split()  # that names are made of
KINDS = ("Clinic", "Klinik", "Estetik", "Dermatology", "Skin Centre", "Medical", "Aesthetics", "Institute")
CITIES: Mapping[str, tuple[str, ...]] = {
    "US": ("New York", "Los Angeles", "Miami", "Houston", "Chicago", "Boston"),
    "GB": ("London", "Manchester", "Leeds", "Bristol", "Edinburgh", "Cardiff"),
    "TR": ("Istanbul", "Antalya", "İzmir", "Ankara", "Bursa", "Muğla"),
    "TH": ("Bangkok", "Phuket", "Chiang Mai", "Pattaya", "Hua Hin", "Samui"),
    "MX": ("Tijuana", "Cancún", "Mexico City", "Monterrey", "Mérida", "Puebla"),
    "KR": ("Seoul", "Busan", "Incheon", "Daegu", "Daejeon", "Jeju"),
    "PL": ("Warsaw", "Kraków", "Gdańsk", "Wrocław", "Poznań", "Łódź"),
    "IN": ("Mumbai", "Delhi", "Chennai", "Bengaluru", "Kochi", "Jaipur"),
    "CZ": ("Prague", "Brno", "Ostrava", "Plzeň", "Olomouc", "Liberec"),
}
ROLES = ("dermatologist", "doctor", "nurse", "other")
MORE_LANGUAGES = ("de", "fr", "ru", "ar", "es")
HOURS = '{"mon-fri": "09:00-18:00", "sat": "10:00-14:00"}'
COLUMNS: Mapping[str, Sequence[str]] = {
    "clinic": (
        *("id", "created_at", "slug", "name", "country", "city", "address", "website", "email", "timezone"),
        *("languages", "currency", "summary", "founded_year", "hours", "products", "accepts_countries"),
        *("target_reply_hours", "daily_capacity", "weekly_capacity", "is_sample", "search_text", "listing_state"),
        *("draft_at", "in_review_at", "published_at", "paused_at", "suspended_at"),
        *("leads_sent", "leads_answered", "reply_minutes"),
    ),
    "clinic_price": ("id", "clinic_id", "procedure_id", "low", "high", "currency", "low_eur", "listed_on"),
    "clinic_person": ("id", "clinic_id", "position", "name", "role"),
    "clinic_check": (
        *("id", "clinic_id", "kind", "position", "state", "missing_at", "submitted_at", "passed_at"),
        *("expires_on", "evidence", "source", "checked_by"),
    ),
}


@dataclass(frozen=True)
class World:
    """What the invented clinics refer to: procedures by slug, countries, and prices in other currencies."""

    procedures: Sequence[UUID]
    countries: Mapping[str, tuple[str, str, tuple[str, ...]]]  # code: currency, time zone, languages
    convert: Callable[[int, str], int]  # euro cents into minor units of a currency
    now: datetime

    @property
    def today(self) -> date:
        """The day the checks count from."""
        return self.now.date()


class Keys(NamedTuple):
    """Makes time-ordered keys: of thing `n`, its part `part`. Different kinds of things never share one."""

    kind: int

    def of(self, n: int, part: int = 0) -> UUID:
        """Returns the key."""
        unique = self.kind << 56 | part << 44 | (n & 0xFFFF_FFFF)
        return UUID(int=(FIRST_KEY + n) << 80 | 0x7 << 76 | 0b10 << 62 | unique)


CLINIC, PRICE, PERSON, CHECK = Keys(1), Keys(2), Keys(3), Keys(4)


def clinics(numbers: range, world: World) -> Iterator[dict[str, list[Row]]]:
    """Yields the rows of each clinic by table; what a clinic is depends on its number alone."""
    for n in numbers:
        yield _clinic(n, random.Random(SEED << 32 | n), world)


def cities_of(country: str) -> tuple[str, ...]:
    """Returns the cities of a country; where CITIES names none, six that are made of its name."""
    name = Locale("en").territories.get(country, country)
    return CITIES.get(country) or tuple(f"{name} {which}" for which in ("One", "Two", "Three", "Four", "Five", "Six"))


def _clinic(n: int, dice: random.Random, world: World) -> dict[str, list[Row]]:
    country = dice.choice(tuple(world.countries))
    currency = world.countries[country][0]
    people = [(PERSON.of(n, i), CLINIC.of(n), i, f"Dr {dice.choice(WORDS)}", dice.choice(ROLES)) for i in (1, 2)]
    return {
        "clinic": [_listing(n, country, dice, world)],
        "clinic_person": list(people),
        "clinic_price": _prices(n, currency, dice, world),
        "clinic_check": _checks(n, dice, world),
    }


def _listing(n: int, country: str, dice: random.Random, world: World) -> Row:
    currency, timezone, languages = world.countries[country]
    city = dice.choice(cities_of(country))
    name = f"{dice.choice(WORDS)} {dice.choice(WORDS)} {dice.choice(KINDS)}"
    slug = f"{slug_of(name)}-{n}"
    summary = f"{name} treats people from abroad in {city}."
    sent = dice.choice((0, 2, 12, 30, 60))
    return (
        *(CLINIC.of(n), world.now - timedelta(days=400), slug, name, country, city, "1 Long Street", None),
        *(f"{slug}@clinics.example", timezone, [*languages, *dice.sample(MORE_LANGUAGES, 1)], currency, summary),
        *(2005 + n % 20, HOURS, ["Plain vial"], [], 24, 20, 100, False),
        search_text(name=name, city=city, summary=summary),
        *_state(dice, world),
        *(sent, round(sent * dice.uniform(0.5, 1)), dice.randrange(40, 2000) if sent >= 5 else None),
    )


def _state(dice: random.Random, world: World) -> Row:
    """The state with its moments: of 100 listings 94 are published."""
    draft, review, live, end = (world.now - timedelta(days=days) for days in (400, 300, 290, 20))
    luck = dice.random()
    if luck < 0.94:
        return (ListingState.PUBLISHED, draft, review, live, None, None)
    if luck < 0.97:
        return (ListingState.PAUSED, draft, review, live, end, None)
    if luck < 0.99:
        return (ListingState.DRAFT, draft, None, None, None, None)
    return (ListingState.SUSPENDED, draft, review, live, None, end)


def _prices(n: int, currency: str, dice: random.Random, world: World) -> list[Row]:
    offered = dice.sample(range(len(world.procedures)), min(3, len(world.procedures)))
    rows: list[Row] = []
    for place in sorted(offered):
        low_eur = dice.randrange(3000, 30_000, 500)
        low = world.convert(low_eur, currency)
        high = world.convert(low_eur * 2, currency)
        keys = (PRICE.of(n, place), CLINIC.of(n), world.procedures[place])
        rows.append((*keys, low, high, currency, low_eur, world.today - timedelta(days=30)))
    return rows


def _checks(n: int, dice: random.Random, world: World) -> list[Row]:
    """Six checks: the required ones are passed at 92 of 100 clinics, each other one at 70 of 100."""
    required = dice.random() < 0.92
    return [
        _check(n, place, kind, passed=required if place <= 3 else dice.random() < 0.7, dice=dice, world=world)
        for place, kind in enumerate(CheckKind, start=1)
    ]


def _check(n: int, place: int, kind: CheckKind, *, passed: bool, dice: random.Random, world: World) -> Row:
    passed_at = world.now - timedelta(days=dice.randrange(10, 100))
    missing_at = world.now - timedelta(days=380)
    keys = (CHECK.of(n, place), CLINIC.of(n), kind, place)
    if not passed:
        return (*keys, CheckState.MISSING, missing_at, None, None, None, None, None, None)
    expires_on = world.today + timedelta(days=dice.randrange(100, 260))
    dates = (missing_at, passed_at - timedelta(days=1), passed_at, expires_on)
    return (*keys, CheckState.PASSED, *dates, "Register entry", "Register", "Operator S.O.")
