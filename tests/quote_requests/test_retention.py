"""Nothing is kept longer than promised."""

from datetime import timedelta

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.ending import close
from marketplace.leads.sending import submit
from marketplace.quote_requests import retention
from marketplace.quote_requests.states import RequestState
from tests.factories import Make


def in_days(days: float) -> object:
    return clock.now() + timedelta(days=days)


def test_a_draft_lives_24_hours_from_its_last_answer(make_draft: Make) -> None:
    request = make_draft()
    assert retention.erase_due(in_days(0.99)) == 0
    assert retention.erase_due(in_days(1.01)) == 1
    assert request.state == RequestState.ERASED


def test_an_unconfirmed_one_is_reminded_once_and_lives_7_days(make_draft: Make) -> None:
    request = make_draft()
    submit(request, share_health=True, aftercare=False)
    assert [retention.remind_unconfirmed(in_days(d)) for d in (0.9, 1.1, 2)] == [0, 1, 0]
    assert [retention.erase_due(in_days(d)) for d in (6.9, 7.1)] == [0, 1]


def test_health_goes_after_30_days_the_rest_after_180(make_request: Make) -> None:
    request = make_request()
    close(request)
    assert [retention.forget_health(in_days(d)) for d in (29, 31)] == [0, 1]
    assert request.health_sealed is None
    assert [retention.erase_due(in_days(d)) for d in (179, 181)] == [0, 1]
    db.session.flush()
    assert request.data_key is None


def test_an_open_one_ends_after_90_days(make_request: Make) -> None:
    request = make_request()
    assert [retention.expire_due(in_days(d)) for d in (89, 91)] == [0, 1]
    assert request.state == RequestState.EXPIRED
