"""The operators' summary: at eight, once, only when something waits, and only to who wants it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail import delivery, operator_digest
from marketplace.mail.models import Email
from marketplace.mail.suppression import Subscription
from tests.factories import Make, build_account, build_clinic
from tests.mail.sending import send
from tests.mail.sink import Sink
from tests.mail.test_emails import WRITE
from tests.outbox import emails, text_of

EIGHT = datetime(2027, 2, 12, 8, 0, tzinfo=UTC)


@pytest.fixture
def operator(make_operator: Make) -> Any:
    """One, for whom a listing has waited for six hours."""
    waiting(EIGHT - timedelta(hours=6))
    return make_operator()


def waiting(since: datetime) -> None:
    build_clinic("Clinic Nar", listing_state=ListingState.IN_REVIEW, in_review_at=since)


def at(moment: datetime) -> int:
    with clock.set_to(moment):
        return operator_digest.send_due(moment)


def test_at_eight_and_not_before(operator: Any) -> None:
    assert at(EIGHT - timedelta(seconds=1)) == 0
    assert at(EIGHT) == 1
    (email,) = emails("operator_digest")
    assert email.subject == "1 to review, oldest 6 hours"
    assert "Listings in review: 1" in text_of(email)
    assert (email.audience, email.account_id) == ("operator", operator.id)


def test_once_a_day(operator: Any) -> None:
    moments = [EIGHT, EIGHT + timedelta(minutes=1), EIGHT + timedelta(hours=15), EIGHT + timedelta(days=1)]
    assert [at(moment) for moment in moments] == [1, 0, 0, 1]


def test_at_eight_of_the_site(operator: Any, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "TIMEZONE", "Europe/Istanbul")
    assert at(EIGHT - timedelta(hours=3, seconds=1)) == 0
    assert at(EIGHT - timedelta(hours=3)) == 1


def test_not_when_nothing_waits(make_operator: Make) -> None:
    make_operator()
    assert at(EIGHT) == 0


def test_what_comes_after_eight_is_for_tomorrow(make_operator: Make) -> None:
    make_operator()
    waiting(EIGHT + timedelta(hours=1))
    assert at(EIGHT + timedelta(hours=2)) == 0
    assert at(EIGHT + timedelta(days=1)) == 1


def test_operators_only(operator: Any, make_account: Make, make_operator: Make) -> None:
    make_account("member@clinic.example")
    make_operator("gone@meridian.example").active = False
    db.session.flush()
    assert at(EIGHT) == 1


def test_who_switched_it_off_gets_none(operator: Any) -> None:
    Subscription(operator, "operator_digest").switch_off()
    assert at(EIGHT) == 0
    Subscription(operator, "operator_digest").switch_on()
    assert at(EIGHT + timedelta(days=1)) == 1


def test_one_that_waits_is_not_sent_after_it_was_switched_off(operator: Any, sink: Sink) -> None:
    at(EIGHT)
    Subscription(operator, "operator_digest").switch_off()
    (email,) = emails("operator_digest")
    assert send(email).last_error == "unsubscribed"
    assert sink.given == []


def test_sp20_it_says_how_to_stop_it(operator: Any, sink: Sink) -> None:
    at(EIGHT)
    (email,) = emails("operator_digest")
    assert send(email).state == "sent"
    message = sink.one()
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    stop = message["list-unsubscribe"].strip("<>")
    assert stop.startswith("http://127.0.0.1:8000/unsubscribe/")
    assert stop in delivery.contents(email).text


def test_other_mail_has_no_such_header(sink: Sink, app: Flask) -> None:
    WRITE["new_request"]()
    send(emails("new_request")[0])
    assert sink.one()["list-unsubscribe"] is None


def test_two_workers_write_one(own_app: Flask) -> None:
    with own_app.app_context():
        build_account("op@meridian.example", operator=True)
        waiting(EIGHT - timedelta(hours=6))
        db.session.commit()
    start = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _n: _run(own_app, start), range(4))) == [0, 0, 0, 1]
    with own_app.app_context():
        assert len(db.session.scalars(select(Email)).all()) == 1


def _run(app: Flask, start: Barrier) -> int:
    with app.app_context():
        start.wait(timeout=10)
        written = at(EIGHT)
        db.session.commit()
        return written
