"""Checks a clinic's claims: evidence comes in, an operator says what it shows and until when.

What follows from the checks stands here too: the stamp the public reads, and whether a clinic may go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select

from marketplace.clinics import events
from marketplace.clinics.actions import missing_checks
from marketplace.clinics.list_statements import ListedClinic
from marketplace.clinics.models import CHECK, Check, Clinic
from marketplace.clinics.states import REQUIRED_CHECKS, CheckKind, CheckState, ListingState
from marketplace.clinics.summaries import ClinicCard
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import NotFound, Refused
from marketplace.foundation.values.durations import months

MAX_VALIDITY = {kind: timedelta(days=366) for kind in CheckKind} | {CheckKind.PRICES: timedelta(days=184)}


def latest_expiry(kind: str) -> date:
    """Returns the last day until which a check passed today may count; the document may end earlier."""
    return clock.today() + MAX_VALIDITY[CheckKind(kind)]


def new_checks() -> list[dict[str, object]]:
    """Returns the columns of a new clinic's checks, one of each kind, all missing."""
    return [
        {"kind": kind, "position": position, "state": CheckState.MISSING, "missing_at": clock.now()}
        for position, kind in enumerate(CheckKind, start=1)
    ]


def check_of(clinic: Clinic, kind: str) -> Check:
    """Returns a clinic's check of this kind. Raises NotFound for another word."""
    if kind not in set(CheckKind):
        raise NotFound("check")
    check = db.session.scalar(select(Check).where(Check.clinic_id == clinic.id, Check.kind == kind))
    if check is None:
        raise NotFound("check")
    return check


def submit_evidence(check: Check, *, evidence: str, source: str) -> None:
    """Stores what shows the claim and where it comes from. Raises WrongState from a state that takes none."""
    if check.state != CheckState.SUBMITTED:
        CHECK.move(check, CheckState.SUBMITTED)
    check.evidence, check.source = evidence, source
    record(events.CheckSubmitted(clinic_id=check.clinic_id, reason=check.kind))


def pass_check(check: Check, *, expires_on: date, checked_by: str) -> None:
    """Passes a check until a date: 12 months at most, for prices 6.

    Raises Refused for a date out of range, WrongState where no evidence was submitted.
    """
    if not clock.today() < expires_on <= latest_expiry(check.kind):
        raise Refused(
            "expiry_out_of_range",
            _(
                "Enter a date within the next %(time)s, for prices %(prices)s",
                time=months(MAX_VALIDITY[CheckKind.COMPANY]),
                prices=months(MAX_VALIDITY[CheckKind.PRICES]),
            ),
            field="expires_on",
        )
    CHECK.lock(check)
    check.expires_on, check.checked_by = expires_on, checked_by
    CHECK.move(check, CheckState.PASSED)
    record(events.CheckPassed(clinic_id=check.clinic_id, reason=check.kind))


def refuse_check(check: Check) -> None:
    """Refuses a check whose evidence does not show the claim. Raises WrongState where none was submitted."""
    CHECK.move(check, CheckState.REFUSED)
    record(events.CheckRefused(clinic_id=check.clinic_id, reason=check.kind))


def revoke_check(check: Check) -> None:
    """Revokes a passed check that is not true. Raises WrongState unless it is passed."""
    CHECK.move(check, CheckState.REVOKED)
    record(events.CheckRevoked(clinic_id=check.clinic_id, reason=check.kind))


def decide(check: Check, *, verdict: str, evidence: str, source: str, expires_on: date | None, checked_by: str) -> None:
    """Stores an operator's verdict; evidence that was not submitted yet is stored first.

    Raises Refused for a date out of range, WrongState where the check allows no such verdict.
    """
    if verdict == "revoke":
        revoke_check(check)
        return
    if verdict == "pass" and _prolongs(check, expires_on):
        check.evidence, check.source = evidence, source
        pass_check(check, expires_on=expires_on or clock.today(), checked_by=checked_by)
        return
    submit_evidence(check, evidence=evidence, source=source)
    if verdict == "pass":
        pass_check(check, expires_on=expires_on or clock.today(), checked_by=checked_by)
    else:
        refuse_check(check)


def _prolongs(check: Check, expires_on: date | None) -> bool:
    """A check in date is renewed before it ends: else its clinic would stop in between."""
    CHECK.lock(check)
    later = expires_on is not None and check.expires_on is not None and expires_on > check.expires_on
    return check.state == CheckState.PASSED and later


ENDING_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Stamp:
    """`kind` is current, ending, expired or none; the earliest end of the required checks counts."""

    kind: str
    checked_on: date | None
    expires_on: date | None
    passed: int
    of: int


def stamp(checks: Sequence[Check], today: date) -> Stamp:
    """Computes a clinic's stamp; it is current with company, licence and people passed and in date."""
    passed = [check for check in checks if check.in_date(today)]
    required = [check for check in checks if check.kind in REQUIRED_CHECKS and check.expires_on is not None]
    if len(required) < len(REQUIRED_CHECKS):
        return Stamp("none", None, None, len(passed), len(checks))
    expires_on = min(check.expires_on for check in required if check.expires_on)
    moments = [check.passed_at.date() for check in required if check.passed_at]
    checked_on = max(moments) if moments else None
    current = sum(check.kind in REQUIRED_CHECKS for check in passed) == len(REQUIRED_CHECKS)
    return Stamp(_kind(expires_on, current, today), checked_on, expires_on, len(passed), len(checks))


def stamp_of_row(row: ListedClinic | ClinicCard, today: date) -> Stamp:
    """Computes the same stamp from a clinic's summary row."""
    passed = sum(until >= today for until in row.passed_until)
    if row.ends_on is None:
        return Stamp("none", None, None, passed, row.checks_of)
    current = row.required_until is not None and row.required_until >= today
    return Stamp(_kind(row.ends_on, current, today), row.checked_on, row.ends_on, passed, row.checks_of)


def _kind(expires_on: date, current: bool, today: date) -> str:
    return "expired" if not current else "ending" if expires_on - today < ENDING_WITHIN else "current"


LISTED = (ListingState.PUBLISHED, ListingState.PAUSED)


class Stop(StrEnum):
    """Why a clinic may not go on."""

    SUSPENDED = "suspended"
    CLOSED = "closed"
    CHECK_ENDED = "check_ended"


def why_stopped(clinic: Clinic, *, has_checks: bool | None = None) -> Stop | None:
    """Returns why a clinic may not go on, an operator's decision first; None where it may.

    `has_checks` says that company, licence and people are in date, where that is known already.
    """
    if clinic.listing_state == ListingState.SUSPENDED:
        return Stop.SUSPENDED
    if clinic.listing_state not in LISTED:
        return Stop.CLOSED
    is_checked = not missing_checks(clinic) if has_checks is None else has_checks
    return None if is_checked else Stop.CHECK_ENDED


def goes_on(today: date) -> ColumnElement[bool]:
    """Condition on a clinic: it may go on."""
    return Clinic.listing_state.in_(LISTED) & has_required_checks(today)


def has_required_checks(today: date) -> ColumnElement[bool]:
    """Condition on a clinic: company, licence and people are passed and in date."""
    query = select(func.count()).select_from(Check).correlate(Clinic)
    query = query.where(Check.clinic_id == Clinic.id, Check.kind.in_(REQUIRED_CHECKS), Check.in_date(today))
    return query.scalar_subquery() == len(REQUIRED_CHECKS)


def ended_checks(clinic: Clinic) -> list[Check]:
    """Returns the checks that were passed once and are not any more, in their order."""
    over = (Check.state == CheckState.PASSED) & ~Check.in_date(clock.today())
    ended = Check.state.in_((CheckState.EXPIRED, CheckState.REVOKED)) | over
    return list(db.session.scalars(select(Check).where(Check.clinic_id == clinic.id, ended).order_by(Check.position)))
