"""After a deletion: the clinics' confirmations by a signed link, for its time and never by reference alone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.deletion_duties import chase_due, confirm_deletion
from marketplace.leads.models import Lead
from marketplace.leads.request_actions import delete_request
from marketplace.leads.submission import confirm, submit
from marketplace.mail import links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.retention.erasure import erase
from marketplace.retention.rules import RULES
from tests.conftest import reader_of
from tests.factories import Make
from tests.outbox import only, text_of
from tests.web.patient.test_request_pages import opened, token

MARKS = ("Ana", "ana@patient.example", "Facial", "blood")


@pytest.fixture
def request_(make_request: Make, make_clinic: Make) -> QuoteRequest:
    found: QuoteRequest = make_request(
        make_clinic("Clinic Lale"), make_clinic("Clinic Nar"), conditions=["blood_thinner"], photos=1
    )
    return found


def deleted(client: Any, request: QuoteRequest) -> str:
    """Where the button leads; the request is erased meanwhile."""
    base = opened(client, request)
    path = str(client.post(base + "/delete").headers["Location"])
    erase(request)
    db.session.commit()
    return path


def test_the_list_stays_when_the_request_is_gone(client: Any, request_: QuoteRequest, app: Any) -> None:
    path = deleted(client, request_)
    assert re.fullmatch(r"/d/[\w-]{64}", path)
    page = reader_of(app).get(path).page
    assert (page.h1, page.text.count("Not confirmed yet")) == ("Your request is deleted", 2)
    assert "Clinic Lale" in page.text
    assert not [mark for mark in MARKS if mark in page.text]
    assert client.get(f"/my/requests/{request_.ref}").status_code == 404


def test_it_says_who_has_confirmed_and_who_was_asked_again(client: Any, request_: QuoteRequest) -> None:
    path, asked_at = deleted(client, request_), clock.now()
    first, _second = db.session.scalars(select(Lead).order_by(Lead.id)).all()
    confirm_deletion(first)
    with clock.set_to(asked_at + timedelta(days=4)):
        chase_due(clock.now())
        db.session.commit()
        text = client.get(path).page.text
    assert (text.count("Confirmed"), text.count("Not confirmed yet"), text.count("asked again on")) == (1, 1, 1)


def test_the_last_email_carries_the_link_and_offers_no_other(client: Any, request_: QuoteRequest) -> None:
    delete_request(request_)
    erase(request_)
    email = only("request_deleted")
    text = " ".join(text_of(email).split())
    assert "[[link]]" in text
    assert "We keep your address, encrypted, until this email is delivered, 72 hours at most" in text
    assert "/my/link" not in text
    links.make_ready(email)
    db.session.commit()
    link = links.address(email).removeprefix("http://127.0.0.1:8000")
    assert client.get(link).page.h1 == "Your request is deleted"


def test_a_request_that_no_clinic_had_needs_no_link(client: Any, make_draft: Make) -> None:
    request = make_draft()
    submit(request, share_health=False, aftercare=False)
    confirm(request)
    delete_request(request)
    text = text_of(only("request_deleted"))
    assert "No clinic had received it." in text
    assert "[[link]]" not in text


def test_after_its_time_it_is_gone_and_offers_no_new_link(client: Any, request_: QuoteRequest) -> None:
    path = deleted(client, request_)
    for lead in db.session.scalars(select(Lead)):
        confirm_deletion(lead)
    db.session.commit()
    with clock.set_to(clock.now() + timedelta(days=89)):
        assert client.get(path).status_code == 200
    with clock.set_to(clock.now() + timedelta(days=91)):
        answer = client.get(path)
        assert (answer.status_code, answer.page.h1) == (404, "This list is no longer kept")
        assert "Get a new link" not in answer.page.text
        rule = next(rule for rule in RULES if rule.name == "ended duties to delete")
        assert rule.batch(clock.now()) == 6


@pytest.mark.parametrize("text", ["x", "A" * 64])
def test_a_forged_link_shows_nothing(client: Any, text: str) -> None:
    answer = client.get(f"/d/{text}")
    assert answer.status_code == 404
    assert "Get a new link" not in answer.page.text


def test_a_link_to_the_page_opens_no_list(client: Any, request_: QuoteRequest) -> None:
    assert client.get(f"/d/{token(request_)}").status_code == 404
