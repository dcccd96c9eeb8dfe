"""Reads published listings: one set-based query for a list, one for a clinic."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import selectinload

from marketplace.catalogue.models import Procedure, Treatment
from marketplace.clinics.models import Check, Clinic, ClinicPrice, ListingFacet
from marketplace.clinics.states import ListingState
from marketplace.clinics.text_search import matching, slug_of
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.paging import Page, page_range
from marketplace.foundation.problems import NotFound

PAGE = 25
SORTS = ("checks", "reply", "price", "name")
SHOWN = (ListingState.PUBLISHED, ListingState.PAUSED)


@dataclass(frozen=True)
class ClinicFilter:
    """What a reader looks for; empty means everything. `max_price_eur` in euro cents for a session."""

    country: str | None = None
    city: str | None = None
    treatment: str | None = None
    procedure: str | None = None
    language: str | None = None
    max_price_eur: int | None = None
    q: str = ""
    sort: str = "checks"
    page: int = 1

    def without(self, name: str) -> "ClinicFilter":
        """Returns the same filter without one condition."""
        changed: dict[str, Any] = {name: "" if name == "q" else None}
        return replace(self, **changed)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The names of the conditions that are set."""
        names = ("country", "city", "treatment", "procedure", "language", "max_price_eur", "q")
        return tuple(name for name in names if getattr(self, name))


@dataclass(frozen=True)
class Facets:
    """How many published listings have each country, city, language and procedure."""

    countries: dict[str, int] = field(default_factory=dict)
    cities: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    procedures: dict[str, int] = field(default_factory=dict)


def search(wanted: ClinicFilter) -> Page[Clinic]:
    """Returns one page of 25 listings, filtered and sorted, with checks, people and prices."""
    at = page_range(count(wanted), wanted=wanted.page, size=PAGE)
    query = _with_details(select(Clinic).where(*_conditions(wanted)))
    return at.shown(db.session.scalars(at.of(query.order_by(*_order(wanted)))))


def count(wanted: ClinicFilter) -> int:
    """Counts the listings that match."""
    return db.session.scalar(select(func.count()).select_from(Clinic).where(and_(*_conditions(wanted)))) or 0


def _with_details(query: Select[Clinic]) -> Select[Clinic]:
    prices = selectinload(Clinic.prices).joinedload(ClinicPrice.procedure)
    return query.options(selectinload(Clinic.checks), selectinload(Clinic.people), prices)


def _conditions(wanted: ClinicFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Clinic.listing_state == ListingState.PUBLISHED]
    if wanted.country:
        found.append(Clinic.country == wanted.country)
    if wanted.city:
        found.append(Clinic.city == wanted.city)
    if wanted.language:
        found.append(Clinic.languages.contains([wanted.language]))
    found += matching(wanted.q)
    if wanted.treatment or wanted.procedure or wanted.max_price_eur:
        found.append(_offers(wanted))
    return found


def _offers(wanted: ClinicFilter) -> ColumnElement[bool]:
    price = select(ClinicPrice.id).where(ClinicPrice.clinic_id == Clinic.id)
    price = _of_wanted(price, wanted)
    if wanted.max_price_eur:
        price = price.where(ClinicPrice.low_eur <= wanted.max_price_eur)
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
    names = {"countries": "country", "cities": "city", "languages": "language", "procedures": "procedure"}
    return Facets(**{name: found.get(dimension, {}) for name, dimension in names.items()})


def published_cities() -> list[tuple[str, str]]:
    """Returns country code and name of every city with a published clinic."""
    query = select(ListingFacet.value).where(ListingFacet.dimension == "city").order_by(ListingFacet.value)
    return [(value[:2], value[3:]) for value in db.session.scalars(query)]


def city_by_slug(country: str, slug: str) -> str | None:
    """Returns the name of a country's city by its slug; where two share it, the first by name."""
    return next((city for code, city in published_cities() if code == country and slug_of(city) == slug), None)


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
