"""Three mails an hour and six a day to an address that nobody has confirmed, whoever types it how often."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.security import limits
from marketplace.foundation.security.sealed import keyring
from marketplace.leads.submission import submit
from marketplace.mail import quota
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.request_links import resend_confirmation
from tests.factories import Make

ANA = "ana@patient.example"


@pytest.fixture
def _limited(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(app.config, "LIMITS_ON", True)
    monkeypatch.setattr(limits, "consume", lambda *_name, **_who: False)  # the views' limits are not what this is about
    with clock.set_to(clock.now()):
        yield


@pytest.fixture
def unconfirmed(_limited: None, make_draft: Make, make_clinic: Make) -> Any:
    """A request that was sent, and the first mail for it."""
    request = make_draft(make_clinic(), email=ANA)
    submit(request, share_health=False, aftercare=False)
    return request


def put() -> int:
    return len(db.session.scalars(select(Email.id).where(Email.name == "confirm_request")).all())


def held_back() -> list[str | None]:
    query = select(AuditEntry.reason).where(AuditEntry.name == "ConfirmationHeldBack")
    return list(db.session.scalars(query))


def test_three_an_hour(unconfirmed: QuoteRequest) -> None:
    for _ in range(5):
        resend_confirmation(unconfirmed)
    assert (put(), held_back()) == (3, ["hour"] * 3)


def test_six_a_day(unconfirmed: QuoteRequest) -> None:
    start = clock.now()
    for hours in range(1, 10):
        with clock.set_to(start + timedelta(hours=hours)):
            resend_confirmation(unconfirmed)
    assert (put(), set(held_back())) == (6, {"day"})
    with clock.set_to(start + timedelta(hours=25)):
        resend_confirmation(unconfirmed)
    assert put() == 7


def test_in_no_hour_more_than_three(unconfirmed: QuoteRequest) -> None:
    start = clock.now()
    for minutes in (50, 59, 61, 62):
        with clock.set_to(start + timedelta(minutes=minutes)):
            resend_confirmation(unconfirmed)
    assert put() == 4


def test_all_requests_of_an_address_count_together(unconfirmed: QuoteRequest, make_draft: Make) -> None:
    for spelling in ("ANA@patient.example", ANA, " ana@patient.example"):
        submit(make_draft(email=spelling), share_health=False, aftercare=False)
    submit(make_draft(email="ben@patient.example"), share_health=False, aftercare=False)
    assert put() == 4


@pytest.mark.usefixtures("_limited")
def test_who_sends_again_and_again_for_an_open_request_mails_its_owner_three_times(make_request, make_draft) -> None:
    make_request(email=ANA)
    for _ in range(6):
        submit(make_draft(email=ANA), share_health=False, aftercare=False)
    names = db.session.scalars(select(Email.name)).all()
    assert names.count("confirm_request") + names.count("request_open_already") == 3


def test_the_page_answers_the_same(client: Any, unconfirmed: QuoteRequest) -> None:
    from tests.web.patient.filling import reach_check

    fields = {**reach_check(client, unconfirmed.consents[0].clinic.slug), "adult": "y"}
    client.post("/get-quotes/check", data=fields)
    answers = [client.post("/get-quotes/sent", follow_redirects=True) for _ in range(5)]
    assert len({(a.status_code, a.page.text) for a in answers}) == 1
    assert put() == 3


def test_what_is_kept_names_nobody_and_is_forgotten_after_a_day(unconfirmed: QuoteRequest) -> None:
    kept = db.session.scalars(select(quota.MailQuota)).one()
    assert kept.address_hash == keyring.look_up_hash(ANA)
    assert quota.sweep(clock.now() + timedelta(hours=23)) == 0
    assert quota.sweep(clock.now() + timedelta(hours=24)) == 1


def test_of_twelve_at_once_three_go(limited_app: Flask) -> None:
    def one_more(_n: int) -> bool:
        with limited_app.app_context():
            used_up = quota.exhausted_window(b"one address")
            db.session.commit()
            return used_up is None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one_more, range(12))) == 3


def test_a_clock_that_was_put_back_withholds_nothing(limited_app: Flask) -> None:
    with limited_app.app_context():
        with clock.set_to(clock.now() + timedelta(days=30)):
            assert [quota.exhausted_window(b"one address") for _ in range(3)] == [None] * 3
        assert quota.exhausted_window(b"one address") is None
