"""What a check means for its clinic, as the list of checks says it."""

from datetime import timedelta

import pytest

from marketplace.clinics.models import Check
from marketplace.clinics.states import CheckKind, CheckState
from marketplace.foundation import clock
from marketplace.web.operator.checks import check_rows, check_tabs

STOPS, NO_MORE, GOES_ON = "Stops requests when it ends", "Gets no new request", "Shown as missing, requests still come"
FUTURE, PAST = timedelta(days=1), timedelta(days=-1)


@pytest.mark.parametrize(
    ("kind", "state", "ends", "meaning"),
    [
        (CheckKind.LICENCE, CheckState.PASSED, FUTURE, STOPS),
        (CheckKind.LICENCE, CheckState.PASSED, PAST, NO_MORE),
        (CheckKind.PEOPLE, CheckState.EXPIRED, PAST, NO_MORE),
        (CheckKind.PRICES, CheckState.EXPIRED, PAST, GOES_ON),
    ],
)
def test_only_a_required_check_stops_requests(app, kind, state, ends, meaning):
    check = Check(kind=kind, state=state, expires_on=clock.today() + ends)
    with app.test_request_context():
        (row,) = check_rows([check], is_evidence=False)
    assert (row.day, row.meaning) == (check.expires_on, meaning)


def test_evidence_is_listed_by_the_day_it_came(app):
    check = Check(kind=CheckKind.LICENCE, state=CheckState.SUBMITTED, submitted_at=clock.now())
    with app.test_request_context():
        (row,) = check_rows([check], is_evidence=True)
    assert (row.day, row.meaning) == (check.submitted_at, "Record what it shows and until when")


def test_the_days_asked_for_are_a_tab_in_their_order(app):
    with app.test_request_context():
        tabs = check_tabs(None, within=14)
    assert [tab.label for tab in tabs[2:]] == [f"Within {n} days" for n in (7, 14, 30, 90)]
    assert [tab.label for tab in tabs if tab.is_current] == ["Within 14 days"]
