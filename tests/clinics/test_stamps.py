"""The stamp reads a clinic's checks: company, licence and people decide, the earliest end counts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from marketplace.clinics.checks import Stamp, stamp
from marketplace.clinics.models import Check
from marketplace.clinics.states import REQUIRED_CHECKS, CheckKind, CheckState

TODAY = date(2026, 11, 22)


PASSED = {"state": CheckState.PASSED, "expires_on": date(2027, 8, 1), "passed_at": datetime(2026, 8, 1, tzinfo=UTC)}


def check(kind: CheckKind, **changed: Any) -> Check:
    return Check(kind=kind, **PASSED | changed)


def checks(**changed: Check) -> list[Check]:
    return [changed.get(kind.value, check(kind)) for kind in CheckKind]


def test_all_in_date_is_current() -> None:
    assert stamp(checks(), TODAY) == Stamp("current", date(2026, 8, 1), date(2027, 8, 1), 6, 6)


@pytest.mark.parametrize(
    ("days", "kind"), [(-1, "expired"), (0, "ending"), (29, "ending"), (30, "current"), (300, "current")]
)
@pytest.mark.parametrize("required", REQUIRED_CHECKS)
def test_the_earliest_end_of_the_required_checks_counts(required: CheckKind, days: int, kind: str) -> None:
    ends = TODAY + timedelta(days=days)
    found = stamp(checks(**{required.value: check(required, expires_on=ends)}), TODAY)
    assert (found.kind, found.expires_on) == (kind, min(ends, date(2027, 8, 1)))


@pytest.mark.parametrize("state", [CheckState.EXPIRED, CheckState.REVOKED, CheckState.REFUSED])
def test_a_required_check_that_no_longer_holds_expires_the_stamp(state: CheckState) -> None:
    found = stamp(checks(licence=check(CheckKind.LICENCE, state=state)), TODAY)
    assert (found.kind, found.passed) == ("expired", 5)


def test_a_missing_required_check_is_no_stamp() -> None:
    never = check(CheckKind.COMPANY, state=CheckState.MISSING, expires_on=None, passed_at=None)
    assert stamp(checks(company=never), TODAY) == Stamp("none", None, None, 5, 6)


def test_a_missing_extra_check_only_lowers_the_count() -> None:
    never = check(CheckKind.INSURANCE, state=CheckState.MISSING, expires_on=None, passed_at=None)
    found = stamp(checks(insurance=never), TODAY)
    assert (found.kind, found.passed, found.of) == ("current", 5, 6)


def test_no_checks_is_no_stamp() -> None:
    assert stamp([], TODAY).kind == "none"
