"""Reads clinics that have a page, one by one; lists of them are read by clinics/search.py."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from marketplace.clinics.models import Clinic, ClinicPrice
from marketplace.clinics.states import ListingState
from marketplace.clinics.summaries import ClinicCard
from marketplace.extensions import db
from marketplace.foundation.problems import NotFound

IN_SITEMAP = 45_000  # clinics; a sitemap holds 50,000 addresses
SHOWN = (ListingState.PUBLISHED, ListingState.PAUSED)


def _with_details(query: Select[Clinic]) -> Select[Clinic]:
    prices = selectinload(Clinic.prices).joinedload(ClinicPrice.procedure)
    return query.options(selectinload(Clinic.checks), selectinload(Clinic.people), prices)


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


class CoursePrice(NamedTuple):
    """What a clinic lists for a procedure, in minor units: a session, and its package where it has one."""

    low: int
    high: int
    currency: str
    package_sessions: int | None
    package_price: int | None


def published_slugs() -> list[str]:
    """Returns the slugs of published clinics for the sitemap, as many as it holds, the oldest first."""
    return list(db.session.scalars(select(ClinicCard.slug).order_by(ClinicCard.clinic_id).limit(IN_SITEMAP)))
