"""Reads published listings: one set-based query for a list, one for a clinic."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import selectinload

from marketplace.catalogue.models import Procedure, Treatment
from marketplace.clinics.models import Check, Clinic, ClinicPrice, ListingFacet
from marketplace.clinics.states import ListingState
from marketplace.clinics.summaries import ClinicCard
from marketplace.clinics.text_search import matching, slug_of
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.paging import Page, page_range
from marketplace.foundation.problems import NotFound

PAGE = 25
SORTS = ("checks", "reply", "price", "name")
SHOWN = (ListingState.PUBLISHED, ListingState.PAUSED)


V = TypeVar("V")


def _condition(listing: Callable[[V], ColumnElement[bool]] | None = None) -> V | None:
    """Declares a condition of the list, empty at first; None where it is one of the price's, asked in `_offers`."""
    declared: V | None = field(default=None, metadata={"listing": listing})
    return declared


@dataclass(frozen=True)
class ClinicFilter:
    """What a reader looks for; None means everything. `max_price` in euro cents for a session.

    A condition has the name of its form field, and of its count in `facets` where there is one.
    """

    country: str | None = _condition(lambda code: Clinic.country == code)
    city: str | None = _condition(lambda name: Clinic.city == name)
    treatment: str | None = _condition()
    procedure: str | None = _condition()
    language: str | None = _condition(lambda code: Clinic.languages.contains([code]))
    max_price: int | None = _condition()
    q: str | None = _condition(lambda text: and_(true(), *matching(text)))
    sort: str = "checks"
    page: int = 1

    def without(self, name: str) -> "ClinicFilter":
        """Returns the same filter without one condition."""
        changed: dict[str, Any] = {name: None}
        return replace(self, **changed)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The names of the conditions that are set."""
        return tuple(name for name in CONDITIONS if getattr(self, name))


CONDITIONS = {each.name: each.metadata["listing"] for each in fields(ClinicFilter) if "listing" in each.metadata}


class Place(NamedTuple):
    """A country's code and one of its cities; its facet is "TR/Istanbul"."""

    country: str
    city: str

    @classmethod
    def of_facet(cls, value: str) -> "Place":
        """Reads the value of a facet."""
        country, _, city = value.partition("/")
        return cls(country, city)


@dataclass(frozen=True)
class Facets:
    """How many published listings have each value, by the name of the condition that asks for it."""

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __getitem__(self, condition: str) -> Mapping[str, int]:
        return self.counts.get(condition, {})

    @property
    def places(self) -> dict[Place, int]:
        """The counts of cities."""
        return {Place.of_facet(value): count for value, count in self["city"].items()}


def search(wanted: ClinicFilter) -> Page[ClinicCard]:
    """Returns one page of 25 listings, filtered and sorted."""
    at = page_range(count(wanted), wanted=wanted.page, size=PAGE)
    query = select(ClinicCard).join(Clinic, Clinic.id == ClinicCard.clinic_id).where(*_conditions(wanted))
    return at.shown(db.session.scalars(at.of(query.order_by(*_order(wanted)))))


def count(wanted: ClinicFilter) -> int:
    """Counts the listings that match."""
    return db.session.scalar(select(func.count()).select_from(Clinic).where(and_(*_conditions(wanted)))) or 0


def _with_details(query: Select[Clinic]) -> Select[Clinic]:
    prices = selectinload(Clinic.prices).joinedload(ClinicPrice.procedure)
    return query.options(selectinload(Clinic.checks), selectinload(Clinic.people), prices)


def _conditions(wanted: ClinicFilter) -> list[ColumnElement[bool]]:
    set_ones = [(listing, getattr(wanted, name)) for name, listing in CONDITIONS.items() if getattr(wanted, name)]
    found = [Clinic.listing_state == ListingState.PUBLISHED]
    found += [listing(value) for listing, value in set_ones if listing]
    return [*found, _offers(wanted)] if any(listing is None for listing, _ in set_ones) else found


def _offers(wanted: ClinicFilter) -> ColumnElement[bool]:
    price = select(ClinicPrice.id).where(ClinicPrice.clinic_id == Clinic.id)
    price = _of_wanted(price, wanted)
    if wanted.max_price:
        price = price.where(ClinicPrice.low_eur <= wanted.max_price)
    return price.exists()


def _of_wanted(prices: Select[Any], wanted: ClinicFilter) -> Select[Any]:
    """Narrows prices to those of the procedure or the treatment that is looked for."""
    if wanted.procedure:
        return prices.join(Procedure).where(Procedure.slug == wanted.procedure)
    if wanted.treatment:
        return prices.join(Procedure).join(Treatment).where(Treatment.slug == wanted.treatment)
    return prices


def _order(wanted: ClinicFilter) -> list[Any]:
    """Default: checks in date, reply time, then a shuffle that is new every day, so that nobody is first by name."""
    passed = select(func.count()).select_from(Check)
    passed = passed.where(Check.clinic_id == Clinic.id, Check.in_date(clock.today()))
    cheapest = select(func.min(ClinicPrice.low_eur)).where(ClinicPrice.clinic_id == Clinic.id)
    cheapest = _of_wanted(cheapest, wanted)
    shuffle = func.md5(func.concat(Clinic.id, clock.today().isoformat()))
    orders: dict[str, list[Any]] = {
        "checks": [passed.scalar_subquery().desc(), Clinic.reply_minutes.asc().nulls_last(), shuffle],
        "reply": [Clinic.reply_minutes.asc().nulls_last(), shuffle],
        "price": [cheapest.scalar_subquery().asc().nulls_last(), shuffle],
        "name": [Clinic.name.asc()],
    }
    return [*orders.get(wanted.sort, orders["checks"]), Clinic.id]


def facets() -> Facets:
    """Returns the counts by value from the summary: one small read, however many clinics there are."""
    found: dict[str, dict[str, int]] = {}
    for facet in db.session.scalars(select(ListingFacet).order_by(ListingFacet.value)):
        found.setdefault(facet.dimension, {})[facet.value] = facet.count
    return Facets(found)


def published_places() -> list[Place]:
    """Returns every city with a published clinic."""
    query = select(ListingFacet.value).where(ListingFacet.dimension == "city").order_by(ListingFacet.value)
    return [Place.of_facet(value) for value in db.session.scalars(query)]


def city_by_slug(country: str, slug: str) -> str | None:
    """Returns the name of a country's city by its slug; where two share it, the first by name."""
    return next((p.city for p in published_places() if p.country == country and slug_of(p.city) == slug), None)


def listing(slug: str) -> Clinic:
    """Returns a published or paused clinic with everything its page shows. Raises NotFound."""
    found = db.session.scalar(_with_details(select(Clinic).where(Clinic.slug == slug, Clinic.listing_state.in_(SHOWN))))
    if found is None:
        raise NotFound("clinic")
    return found


def by_slug(slug: str) -> Clinic | None:
    """Returns a clinic that has or had a page, whether or not it can be asked now; None for no slug."""
    seen = Clinic.listing_state.in_((ListingState.PUBLISHED, ListingState.PAUSED, ListingState.SUSPENDED))
    return db.session.scalar(select(Clinic).where(Clinic.slug == slug, seen)) if slug else None


def with_slugs(slugs: Collection[str]) -> list[Clinic]:
    """Returns the published clinics with these slugs."""
    query = select(Clinic).where(Clinic.slug.in_(slugs), Clinic.listing_state == ListingState.PUBLISHED)
    return list(db.session.scalars(query))


def published_slugs() -> list[str]:
    """Returns the slugs of published clinics for the sitemap, 45,000 at most."""
    query = select(Clinic.slug).where(Clinic.listing_state == ListingState.PUBLISHED)
    return list(db.session.scalars(query.order_by(Clinic.slug).limit(45000)))


@dataclass(frozen=True)
class MarketFigures:
    """Published clinics, leads sent to them and leads they answered; `sample` where all of it is invented."""

    clinics: int
    sent: int
    answered: int
    sample: bool


def market_figures() -> MarketFigures:
    """Counts over the real published clinics, or over the samples while there is no real one."""
    sums = select(
        Clinic.is_sample,
        func.count(),
        func.coalesce(func.sum(Clinic.leads_sent), 0),
        func.coalesce(func.sum(Clinic.leads_answered), 0),
    )
    query = sums.where(Clinic.listing_state == ListingState.PUBLISHED).group_by(Clinic.is_sample)
    found = {sample: (n, int(sent), int(answered)) for sample, n, sent, answered in db.session.execute(query)}
    sample = False not in found and True in found
    return MarketFigures(*found.get(sample, (0, 0, 0)), sample=sample)


def countries_offering(treatment: Treatment) -> set[str]:
    """Returns the countries in which a published clinic has a price for one of the treatment's procedures."""
    query = select(Clinic.country).distinct().join(ClinicPrice, ClinicPrice.clinic_id == Clinic.id).join(Procedure)
    live = Clinic.listing_state == ListingState.PUBLISHED
    return set(db.session.scalars(query.where(live, Procedure.treatment_id == treatment.id)))
