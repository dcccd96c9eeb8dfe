"""The market in figures and names: facets of published clinics, treatments and reference rates.

One small statement a page asks whether they have changed since this process read them; only then are they read again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalogue import exchange
from marketplace.catalogue.exchange import Rates
from marketplace.catalogue.market_version import NEVER_READ, market_version
from marketplace.clinics import search_words
from marketplace.clinics.search import ClinicFilter, Known
from marketplace.clinics.text_search import KINDS, Level, keep_counts, keep_procedures, slug_of, words_of
from marketplace.extensions import db
from marketplace.foundation.database.columns import Base

REAL, SAMPLE = "real", "sample"
COUNTED = ("country", "language", "procedure", "treatment")  # conditions whose facets have their very values
MEANT = ("word", "country", "language", "procedure")  # facets of what a word of a search may mean
FIGURES = ("clinics", "sent", "answered")  # facets by kind of clinic
PLACE_PRICES = ("place_priced", "place_low", "place_high")  # by a procedure, then "/TR/Istanbul" or "/TR/"


class ListingFacet(Base):
    """How many published listings have a value, counted when a listing changes and not when a page is read."""

    __tablename__ = "listing_facet"

    dimension: Mapped[str] = mapped_column(primary_key=True)  # country, city, language, procedure
    value: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class Place(NamedTuple):
    """A country's code and one of its cities, or an empty name for all of it; its facet is "TR/Istanbul"."""

    country: str
    city: str

    @classmethod
    def of_facet(cls, value: str) -> "Place":
        """Reads the value of a facet."""
        country, _, city = value.partition("/")
        return cls(country, city)


class PlacePrice(NamedTuple):
    """How many clinics list a price, and the lowest and highest of them, in euro cents."""

    clinics: int
    low: int
    high: int


@dataclass(frozen=True)
class Facets:
    """How many published listings have each value, by the name of the condition that asks for it."""

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __getitem__(self, condition: str) -> Mapping[str, int]:
        return self.counts.get(condition, {})

    @cached_property
    def places(self) -> dict[Place, int]:
        """The counts of cities."""
        return {Place.of_facet(value): count for value, count in self["city"].items()}

    @cached_property
    def largest_places(self) -> list[tuple[Place, int]]:
        """The cities with their counts, the most clinics first."""
        return sorted(self.places.items(), key=lambda each: (-each[1], each[0]))

    @cached_property
    def city_names(self) -> dict[tuple[str, str], str]:
        """The names of cities by their country and slug; where two share a slug, the first by name."""
        return {(place.country, slug_of(place.city)): place.city for place in sorted(self.places, reverse=True)}

    @cached_property
    def cities(self) -> list[tuple[Place, int]]:
        """The cities that an address can name, with their counts, the most clinics first."""
        named = {Place(country, name) for (country, slug), name in self.city_names.items() if slug}
        return sorted(((place, self.places[place]) for place in named), key=lambda each: (-each[1], each[0]))

    def place_price(self, place: Place, procedure: str) -> "PlacePrice | None":
        """Returns what the clinics of a place list for a session of a treatment's first procedure; None without one."""
        of = f"{procedure}/{place.country}/{place.city}"
        clinics, low, high = (self[name].get(of) for name in PLACE_PRICES)
        return PlacePrice(clinics, low, high) if clinics and low and high else None

    @cached_property
    def _cities_by_word(self) -> dict[str, list[tuple[Place, frozenset[str]]]]:
        """The cities with the words of their names, by each of these words."""
        found: dict[str, list[tuple[Place, frozenset[str]]]] = {}
        for place in self.places:
            words = frozenset(words_of(place.city))
            for word in words:
                found.setdefault(word, []).append((place, words))
        return found

    def places_named(self, meant: Level) -> list[tuple[str, str | None]]:
        """Returns the cities all of whose words are meant, with their country, or else the countries that are named."""
        words = {word for each in meant for word in each.words}
        cities = {place for word in words for place, named in self._cities_by_word.get(word, ()) if named <= words}
        countries = {code for each in meant for code in each.countries if self["country"].get(code)}
        near = [(place.country, place.city) for place in cities if not countries or place.country in countries]
        return sorted(near) or [(code, None) for code in sorted(countries)]

    @cached_property
    def clinics(self) -> int:
        """All published listings."""
        return sum(self["country"].values())


class ListedProcedure(NamedTuple):
    """A procedure of a treatment, as lists name it."""

    slug: str
    name: str


class ListedTreatment(NamedTuple):
    """A treatment with its procedures in their order, as lists name them."""

    slug: str
    name: str
    procedures: tuple[ListedProcedure, ...]


@dataclass(frozen=True)
class Market:
    """The facets, the treatments and the newest reference rates of one version."""

    version: UUID = NEVER_READ
    facets: Facets = field(default_factory=Facets)
    treatments: tuple[ListedTreatment, ...] = ()
    rates: Rates = field(default_factory=lambda: Rates(date.min, {}))

    def known(self, wanted: ClinicFilter) -> Known:
        """Returns what the facets say of how many listings match."""
        counts = {name: self.facets[name].get(getattr(wanted, name), 0) for name in COUNTED if getattr(wanted, name)}
        uncounted = set(wanted.conditions) - set(counts)
        if wanted.city:
            counts.pop("country", None)
            counts["city"] = sum(n for place, n in self.facets.places.items() if _is_in(place, wanted))
            uncounted.remove("city")
        at_most = min(counts.values(), default=self.facets.clinics)
        return Known(None if uncounted or len(counts) > 1 else at_most, at_most)


def _is_in(place: Place, wanted: ClinicFilter) -> bool:
    return place.city == wanted.city and wanted.country in {None, place.country}


_READ_LAST = {"market": Market()}  # by this process
_VERSION_AND_NEAR = text("SELECT version, near_words(:typed) AS near FROM market_version").bindparams(
    bindparam("typed", type_=ARRAY(TEXT))
)
_READ = text("""
    SELECT version, (
        SELECT jsonb_agg(jsonb_build_array(dimension, value, count) ORDER BY dimension, value) FROM listing_facet
    ) AS facets, (
        SELECT jsonb_agg(jsonb_build_array(slug, name, procedures) ORDER BY position, name)
        FROM treatment LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_array(slug, name) ORDER BY position) AS procedures
            FROM procedure WHERE treatment_id = treatment.id
        ) AS of_treatment ON true
    ) AS treatments, (
        SELECT jsonb_agg(jsonb_build_array(currency, per_euro::text, day))
        FROM reference_rate WHERE day = (SELECT max(day) FROM reference_rate)
    ) AS rates FROM market_version
""")


def market(q: str = "") -> Market:
    """Returns the market as it stands, by one small statement where nothing has changed, else by a second one.

    Its rates are those of the rest of the request; so are the words that may be meant by those of the search `q`.
    """
    typed = words_of(q)
    version, near = _version(typed)
    last = _READ_LAST["market"]
    if version != last.version:
        last = _READ_LAST["market"] = _read()
    if last.rates.per_euro:
        exchange.keep(last.rates)
    if typed:
        search_words.keep(typed, near)
        keep_counts({kind: last.facets[dimension] for kind, dimension in zip(KINDS, MEANT, strict=True)})
        keep_procedures((each.slug, each.name, about.name) for about in last.treatments for each in about.procedures)
    return last


def _version(typed: list[str]) -> tuple[UUID, list[Any] | None]:
    """Returns the version of the market, and the words of listings that may be meant by those typed."""
    if not typed:
        return market_version(), None
    version, near = db.session.execute(_VERSION_AND_NEAR, {"typed": typed}).one()
    return version, near


def _read() -> Market:
    version, facets, treatments, rates = db.session.execute(_READ).one()
    return Market(version, _facets(facets or ()), _treatments(treatments or ()), exchange.listed(rates or ()))


def _facets(rows: Iterable[tuple[str, str, int]]) -> Facets:
    found: dict[str, dict[str, int]] = {}
    for dimension, value, count in rows:
        found.setdefault(dimension, {})[value] = count
    return Facets(found)


def _treatments(rows: Iterable[tuple[str, str, list[tuple[str, str]] | None]]) -> tuple[ListedTreatment, ...]:
    return tuple(
        ListedTreatment(slug, name, tuple(ListedProcedure(*procedure) for procedure in procedures or ()))
        for slug, name, procedures in rows
    )


def countries_offering(treatment: str) -> set[str]:
    """Returns the countries in which a published clinic has a price for one of the treatment's procedures."""
    offered = market().facets["treatment_country"]
    return {country for slug, _, country in (value.partition("/") for value in offered) if slug == treatment}
