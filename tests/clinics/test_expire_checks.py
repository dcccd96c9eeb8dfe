"""A check counts to the end of its last day."""

from datetime import UTC, datetime, timedelta

from marketplace.clinics import actions
from marketplace.clinics.states import CheckState
from marketplace.foundation import clock


def at_noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_on_its_last_day_it_counts(make_clinic):
    last = make_clinic().checks[0].expires_on
    assert actions.expire_checks_due(at_noon(last)) == 0


def test_the_day_after_it_expires_and_says_so(make_clinic):
    clinic = make_clinic()
    check = clinic.checks[1]
    check.expires_on = clock.today() + timedelta(days=3)
    after = at_noon(check.expires_on + timedelta(days=1))
    with clock.set_to(after):
        assert actions.expire_checks_due(after) == 1
    assert check.state == CheckState.EXPIRED
    assert check.expired_at == after


def test_twice_is_once(make_clinic):
    clinic = make_clinic()
    clinic.checks[0].expires_on = clock.today() - timedelta(days=1)
    assert [actions.expire_checks_due(clock.now()) for _ in range(2)] == [1, 0]
