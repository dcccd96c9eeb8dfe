"""Checks a clinic's claims: evidence comes in, an operator says what it shows and until when."""

from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.clinics import events
from marketplace.clinics.models import CHECK, Check, Clinic
from marketplace.clinics.states import CheckKind, CheckState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import NotFound, Refused
from marketplace.foundation.values.durations import months

MAX_VALIDITY = {kind: timedelta(days=366) for kind in CheckKind} | {CheckKind.PRICES: timedelta(days=184)}


def latest_expiry(kind: str) -> date:
    """Returns the last day until which a check passed today may count; the document may end earlier."""
    return clock.today() + MAX_VALIDITY[CheckKind(kind)]


def initial_checks() -> list[Check]:
    """Returns the checks of a new clinic, one of each kind, all missing."""
    return [
        Check(kind=kind, position=position, state=CheckState.MISSING, missing_at=clock.now())
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
