"""Every wait of a request ends."""

from datetime import timedelta

import pytest

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.leads import request_actions
from marketplace.leads.request_actions import close
from marketplace.leads.submission import submit
from marketplace.quote_requests import retention
from marketplace.quote_requests.states import RequestState
from tests.factories import Make
from tests.outbox import emails, text_of


def in_days(days: float) -> object:
    return clock.now() + timedelta(days=days)


def test_an_unconfirmed_one_is_reminded_once(make_draft: Make) -> None:
    submit(make_draft(), share_health=True, aftercare=False)
    assert [retention.remind_unconfirmed(in_days(d)) for d in (0.9, 1.1, 2)] == [0, 1, 0]


def test_an_open_one_ends_after_90_days(make_request: Make) -> None:
    request = make_request()
    assert [request_actions.expire_due(in_days(d)) for d in (89, 91)] == [0, 1]
    assert request.state == RequestState.EXPIRED


def test_the_end_is_announced_once_and_seven_days_ahead(make_request: Make) -> None:
    close(make_request())
    assert [retention.announce_due(in_days(d)) for d in (172.9, 173.1, 174)] == [0, 1, 0]
    (email,) = emails("deletion_announced")
    day = (clock.now() + timedelta(days=180)).strftime("%-d %B")
    assert email.subject == f"We will delete your request on {day}"
    assert f"Deleted on: {day}" in text_of(email)


def test_what_is_erased_today_is_not_announced(make_request: Make) -> None:
    close(make_request())
    assert retention.announce_due(in_days(181)) == 0


def test_a_kept_one_lives_another_180_days_and_is_announced_anew(make_request: Make) -> None:
    request = make_request()
    close(request)
    assert retention.announce_due(in_days(174)) == 1
    with clock.set_to(in_days(175)):
        retention.keep(request)
    db.session.flush()
    counts = [len(db.session.scalars(retention.ended(in_days(d))).all()) for d in (181, 354, 356)]
    assert counts == [0, 0, 1]
    assert [retention.announce_due(in_days(d)) for d in (181, 349, 350)] == [0, 1, 0]


def test_an_open_one_cannot_be_kept(make_request: Make) -> None:
    with pytest.raises(WrongState):
        retention.keep(make_request())
