"""After sending, before confirming: a mistyped address and every answer can still be changed, and nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security.signed_links import SignedLink
from marketplace.leads.submission import confirm
from marketplace.mail.links import NoLongerDue, make_ready
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import answers, ticked
from marketplace.retention.rules import run_rules
from tests.factories import Make
from tests.web.patient.filling import answer, press, reach_check


def sent(client: Any, *slugs: str, **changes: Any) -> QuoteRequest:
    client.post("/get-quotes/check", data={**reach_check(client, *slugs, **changes), "adult": "y"})
    return db.session.scalars(select(QuoteRequest)).one()


def emails() -> list[Email]:
    db.session.expire_all()
    return list(db.session.scalars(select(Email).order_by(Email.waiting_at)))


def recipient(email: Email, request: QuoteRequest) -> Any:
    return request.box.open("email.recipient_sealed", email.recipient_sealed, row=email.id)


def corrected(client: Any, email: str) -> Any:
    page = client.get("/get-quotes/address").page
    return client.post("/get-quotes/address", data=page.fields() | {"email": email})


def test_the_address_is_changed_and_every_answer_kept(client: Any, make_clinic: Make) -> None:
    request = sent(client, make_clinic().slug, health={"conditions": ["allergy"]}, you={"phone": "+44 20 7946 0958"})
    before = answers(request)
    assert corrected(client, "anna@patient.example").headers["Location"] == "/get-quotes/sent"
    page = client.get("/get-quotes/sent").page
    assert "anna@patient.example" in page.text
    first, second = emails()
    assert recipient(second, request) == "anna@patient.example"
    assert recipient(first, request) == "ana@patient.example"
    assert vars(answers(request)) == {**vars(before), "email": "anna@patient.example"}


def test_the_first_mail_leads_nowhere(client: Any, make_clinic: Make) -> None:
    request = sent(client, make_clinic().slug)
    make_ready(emails()[0])
    corrected(client, "anna@patient.example")
    first, second = emails()
    assert db.session.get_one(SignedLink, first.id).ended_at is not None
    make_ready(second)
    with pytest.raises(NoLongerDue):
        make_ready(first)
    assert db.session.get_one(SignedLink, second.id).ended_at is None
    assert request.state == "unconfirmed"


def test_a_first_mail_that_still_waits_is_not_sent(client: Any, make_clinic: Make) -> None:
    sent(client, make_clinic().slug)
    corrected(client, "anna@patient.example")
    with pytest.raises(NoLongerDue):
        make_ready(emails()[0])


@pytest.mark.parametrize("typed", ["", "no address", "zoë@patient.example"])
def test_what_is_no_address_is_shown_back(client: Any, make_clinic: Make, typed: str) -> None:
    sent(client, make_clinic().slug)
    refused = corrected(client, typed)
    assert refused.status_code == 422
    assert refused.page.fields()["email"] == [typed]
    assert len(emails()) == 1


def test_pressed_twice_it_is_changed_once(client: Any, make_clinic: Make) -> None:
    sent(client, make_clinic().slug)
    fields = client.get("/get-quotes/address").page.fields() | {"email": "anna@patient.example"}
    for _ in range(2):
        assert client.post("/get-quotes/address", data=fields).headers["Location"] == "/get-quotes/sent"
    assert len(emails()) == 2


def test_without_a_request_there_is_nothing_to_change(client: Any) -> None:
    assert client.get("/get-quotes/address").headers["Location"] == "/get-quotes/sent"
    assert client.post("/get-quotes/change").headers["Location"] == "/get-quotes/check"


def test_the_answers_are_open_again_with_every_tick(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    request = sent(client, clinic.slug)
    for _ in range(2):
        assert client.post("/get-quotes/change").headers["Location"] == "/get-quotes/check"
    db.session.expire_all()
    assert [kept.slug for kept in ticked(request)] == [clinic.slug]
    answer(client, "you", change="1", name="Anna")
    answer(client, "clinics", clinics=[clinic.slug])
    page = client.get("/get-quotes/check").page
    assert client.post("/get-quotes/check", data=page.fields() | {"adult": "y"}).status_code == 303
    assert answers(request).name == "Anna"
    assert press(client, "/get-quotes/sent").status_code == 303


def test_a_draft_made_so_is_erased_like_any(client: Any, make_clinic: Make) -> None:
    request = sent(client, make_clinic().slug)
    client.post("/get-quotes/change")
    with clock.set_to(clock.now() + timedelta(hours=25)):
        assert list(run_rules(clock.now()))
    db.session.expire_all()
    assert request.state == "erased"


def test_once_confirmed_neither_is_changed(client: Any, make_clinic: Make) -> None:
    request = sent(client, make_clinic().slug)
    fields = client.get("/get-quotes/address").page.fields()
    confirm(request)
    db.session.commit()
    for path, data in (("/get-quotes/address", fields), ("/get-quotes/change", {})):
        assert client.post(path, data=data).headers["Location"] == "/get-quotes/sent"
    assert client.get("/get-quotes/sent").page.h1 == "Your request is confirmed"
    assert request.state == "open"


@pytest.mark.parametrize(("ticked_before", "said"), [({"share_health": "y"}, True), ({}, False)])
def test_an_agreement_that_ended_is_asked_for_again(
    client: Any, make_clinic: Make, ticked_before: dict[str, str], said: bool
) -> None:
    fields = reach_check(client, make_clinic().slug)
    assert client.post("/get-quotes/check", data={**fields, "adult": "y", **ticked_before}).status_code == 303
    client.post("/get-quotes/change")
    page = client.get("/get-quotes/check").page
    assert ("That agreement has ended" in page.text) is said
    assert page.one("input", name="share_health").get("checked") is None
