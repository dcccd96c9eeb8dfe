"""Reads clinics for operators: lists with states, checks that end, one listing's history."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.clinics.models import Check, Clinic, ClinicPrice
from marketplace.clinics.states import CheckState, ListingState
from marketplace.clinics.text_search import matching
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.lifecycle import count_by_state
from marketplace.foundation.paging import Page, count_rows, page_range
from marketplace.foundation.problems import NotFound

PAGE = 40
LISTING_EVENTS = ("Listing%", "Check%")


def listings(
    *, state: str | None = None, country: str | None = None, q: str | None = None, page: int = 1
) -> Page[Clinic]:
    """Returns one page of clinics in every state, by name; an unknown state or country finds none."""
    query = select(Clinic)
    if state:
        query = query.where(Clinic.listing_state == state)
    if country:
        query = query.where(Clinic.country == country.upper())
    if q:
        query = query.where(*matching(q))
    at = page_range(count_rows(query), wanted=page, size=PAGE)
    shown = query.options(selectinload(Clinic.checks)).order_by(Clinic.name, Clinic.id)
    return at.shown(db.session.scalars(at.of(shown)))


def state_counts() -> dict[str, int]:
    """Counts listings by state."""
    return count_by_state(Clinic.listing_state, ListingState)


def by_id(clinic_id: UUID) -> Clinic:
    """Returns a clinic in any state, with what its page shows. Raises NotFound."""
    query = select(Clinic).where(Clinic.id == clinic_id)
    prices = selectinload(Clinic.prices).joinedload(ClinicPrice.procedure)
    clinic = db.session.scalar(query.options(selectinload(Clinic.checks), selectinload(Clinic.people), prices))
    if clinic is None:
        raise NotFound("clinic")
    return clinic


def ending_checks(*, within_days: int) -> list[Check]:
    """Returns expired checks and passed ones that end within so many days, the soonest first, 200 at most."""
    return list(db.session.scalars(_ending(within_days).order_by(Check.expires_on, Check.clinic_id).limit(200)))


def expired_checks() -> list[Check]:
    """Returns expired checks of live listings, the longest ago first."""
    query = select(Check).join(Check.clinic).options(contains_eager(Check.clinic))
    query = query.where(_live(), Check.state == CheckState.EXPIRED)
    return list(db.session.scalars(query.order_by(Check.expired_at, Check.id)))


def submitted_checks() -> list[Check]:
    """Returns checks whose evidence waits for an operator, the longest first."""
    query = select(Check).join(Check.clinic).options(contains_eager(Check.clinic))
    query = query.where(Check.state == CheckState.SUBMITTED, Clinic.listing_state != ListingState.CLOSED)
    return list(db.session.scalars(query.order_by(Check.submitted_at, Check.id)))


def submitted_since() -> list[datetime]:
    """Returns since when each piece of evidence waits."""
    return [check.submitted_at for check in submitted_checks() if check.submitted_at]


def in_review_since() -> list[datetime]:
    """Returns since when each listing waits for review."""
    query = select(Clinic.in_review_at).where(Clinic.listing_state == ListingState.IN_REVIEW)
    return [moment for moment in db.session.scalars(query) if moment]


def history(clinic: Clinic, *, limit: int = 20) -> list[AuditEntry]:
    """Returns the audit entries of a listing and its checks, newest first."""
    of_listing = or_(*(AuditEntry.name.like(pattern) for pattern in LISTING_EVENTS))
    query = select(AuditEntry).where(AuditEntry.clinic_id == clinic.id, of_listing)
    return list(db.session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)))


def slugs_of(clinic_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Returns the slugs of these clinics."""
    rows = db.session.execute(select(Clinic.id, Clinic.slug).where(Clinic.id.in_(set(clinic_ids))))
    return {key: slug for key, slug in rows}


def names_of(clinic_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Returns the names of these clinics."""
    rows = db.session.execute(select(Clinic.id, Clinic.name).where(Clinic.id.in_(set(clinic_ids))))
    return {key: name for key, name in rows}


def id_of(slug: str) -> UUID | None:
    """Returns the id of the clinic with this slug, in any state."""
    return db.session.scalar(select(Clinic.id).where(Clinic.slug == slug))


def _live() -> ColumnElement[bool]:
    return Clinic.listing_state.in_((ListingState.PUBLISHED, ListingState.PAUSED))


def _ending(within_days: int) -> Select[Check]:
    last = clock.today() + timedelta(days=within_days)
    ends = (Check.state == CheckState.PASSED) & (Check.expires_on <= last)
    query = select(Check).join(Check.clinic).options(joinedload(Check.clinic))
    return query.where(ends | (Check.state == CheckState.EXPIRED), Clinic.listing_state != ListingState.CLOSED)
