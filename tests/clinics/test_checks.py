"""Checking a claim."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.clinics import checks
from marketplace.clinics.models import Check
from marketplace.clinics.states import CheckKind, CheckState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import NotFound, Refused, WrongState
from tests.factories import Make


def decide(check, verdict, *, days=200):
    expires_on = clock.today() + timedelta(days=days)
    words = {"evidence": "Extract", "source": "Register", "checked_by": "Operator A.B."}
    checks.decide(check, verdict=verdict, expires_on=expires_on, **words)


def test_an_expired_check_is_renewed(make_clinic):
    clinic = make_clinic(expired=(CheckKind.LICENCE,))
    check = checks.check_of(clinic, "licence")
    decide(check, "pass")
    assert check.state == CheckState.PASSED
    assert check.evidence == "Extract"


@pytest.mark.parametrize(("kind", "days"), [("licence", 0), ("licence", 367), ("prices", 185)])
def test_it_counts_for_twelve_months_at_most_and_prices_for_six(make_clinic, kind, days):
    clinic = make_clinic(expired=(CheckKind.LICENCE, CheckKind.PRICES))
    with pytest.raises(Refused):
        decide(checks.check_of(clinic, kind), "pass", days=days)


def test_a_passed_check_is_prolonged_before_it_ends(make_clinic):
    check = checks.check_of(make_clinic(), "people")
    decide(check, "pass", days=360)
    assert (check.state, check.expires_on) == (CheckState.PASSED, clock.today() + timedelta(days=360))


def test_a_passed_check_can_be_revoked_but_not_shortened(make_clinic):
    check = checks.check_of(make_clinic(), "people")
    with pytest.raises(WrongState):
        decide(check, "pass")
    decide(check, "revoke")
    assert check.state == CheckState.REVOKED


def test_there_are_six(make_clinic):
    with pytest.raises(NotFound):
        checks.check_of(make_clinic(), "mood")


@pytest.mark.parametrize("state", CheckState)
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_in_date_is_the_same_in_python_and_in_a_query(make_clinic: Make, state: CheckState, days: int) -> None:
    check = checks.check_of(make_clinic(), "prices")
    check.state, check.expires_on = state, clock.today() + timedelta(days=days)
    setattr(check, f"{state}_at", clock.now())
    counts = state == CheckState.PASSED and days >= 0
    found = db.session.scalar(select(Check.in_date(clock.today())).where(Check.id == check.id))
    assert check.in_date(clock.today()) is found is counts
    assert check.state_on(clock.today()) == (CheckState.EXPIRED if state == CheckState.PASSED and days < 0 else state)
