"""A stamp says what is true today, and no date that has not come."""

from datetime import timedelta

import pytest

from marketplace.clinics.checks import stamp
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import CheckState
from marketplace.foundation import clock
from marketplace.web.clinic_words import stamp_words
from tests.factories import Make


def with_licence(clinic: Clinic, *, days: int, state: CheckState = CheckState.PASSED) -> Clinic:
    licence = next(check for check in clinic.checks if check.kind == "licence")
    licence.state, licence.expires_on = state, clock.today() + timedelta(days=days)
    licence.revoked_at = licence.expired_at = clock.now()
    return clinic


@pytest.mark.parametrize(
    ("days", "state", "title", "line"),
    [
        (200, CheckState.PASSED, "Checked", "Expires"),
        (12, CheckState.PASSED, "Checked", "Expires in 12 days"),
        (1, CheckState.PASSED, "Checked", "Expires in 1 day"),
        (-1, CheckState.EXPIRED, "Check expired", "Cannot receive new requests"),
        (200, CheckState.REVOKED, "A required check no longer holds", "Cannot receive new requests"),
    ],
)
def test_words(make_clinic: Make, days: int, state: CheckState, title: str, line: str) -> None:
    clinic = with_licence(make_clinic(), days=days, state=state)
    words = stamp_words(stamp(clinic.checks, clock.today()))
    assert words.title.startswith(title)
    assert words.line.startswith(line)
