"""Says whether a clinic may go on with its requests: listed, and company, licence and people in date."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select

from marketplace.clinics.actions import missing_checks
from marketplace.clinics.models import Check, Clinic
from marketplace.clinics.states import REQUIRED_CHECKS, CheckState, ListingState
from marketplace.extensions import db
from marketplace.foundation import clock

LISTED = (ListingState.PUBLISHED, ListingState.PAUSED)


class Stop(StrEnum):
    """Why a clinic may not go on."""

    SUSPENDED = "suspended"
    CLOSED = "closed"
    CHECK_ENDED = "check_ended"


def why_stopped(clinic: Clinic) -> Stop | None:
    """Returns why a clinic may not go on, an operator's decision first; None where it may."""
    if clinic.listing_state == ListingState.SUSPENDED:
        return Stop.SUSPENDED
    if clinic.listing_state not in LISTED:
        return Stop.CLOSED
    return Stop.CHECK_ENDED if missing_checks(clinic) else None


def goes_on(today: date) -> ColumnElement[bool]:
    """Condition on a clinic: it may go on."""
    passed = select(func.count()).where(
        Check.clinic_id == Clinic.id,
        Check.kind.in_(REQUIRED_CHECKS),
        Check.state == CheckState.PASSED,
        Check.expires_on >= today,
    )
    return Clinic.listing_state.in_(LISTED) & (passed.scalar_subquery() == len(REQUIRED_CHECKS))


def ended_checks(clinic: Clinic) -> list[Check]:
    """Returns the checks that were passed once and are not any more, in their order."""
    over = (Check.state == CheckState.PASSED) & (Check.expires_on < clock.today())
    ended = Check.state.in_((CheckState.EXPIRED, CheckState.REVOKED)) | over
    return list(db.session.scalars(select(Check).where(Check.clinic_id == clinic.id, ended).order_by(Check.position)))
