"""A new address: by a fresh sign-in and a link to the new mailbox, and the old one is told."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.mail import delivery
from marketplace.mail.models import Email
from tests.accounts.test_sessions import later
from tests.factories import PASSWORD

NEW = "new@meridian.example"


@pytest.fixture
def operator(make_operator, sign_in) -> Any:
    account = make_operator("old@meridian.example")
    sign_in(account)
    return account


def mails(name: str) -> list[Any]:
    return [delivery.contents(email) for email in db.session.scalars(select(Email).where(Email.name == name))]


def link_for(client: Any, address: str) -> str:
    answer = client.post("/account/change-email", data={"email": address})
    assert (answer.status_code, answer.location) == (303, "/account/change-email")
    (mail,) = mails("account_new_address")
    assert mail.to == address
    return str(next(word for word in mail.text.split() if "/account/change-email/" in word)).removeprefix(
        "http://127.0.0.1:8000"
    )


def test_the_address_changes_by_the_button_and_the_old_one_is_told(client, operator):
    link = link_for(client, NEW)
    assert client.get(link).page.h1 == "Confirm your new email address"
    assert client.head(link).status_code == 200
    assert operator.email == "old@meridian.example"
    assert client.post(link).status_code == 303
    db.session.refresh(operator)
    assert operator.email == NEW
    assert [mail.to for mail in mails("account_address_changed")] == ["old@meridian.example"]
    assert db.session.scalar(select(AuditEntry.account_id).where(AuditEntry.name == "AddressChanged"))


def test_the_link_works_once(client, operator):
    link = link_for(client, NEW)
    client.post(link)
    assert client.post(link).status_code == 404
    assert len(mails("account_address_changed")) == 1


def test_an_address_that_is_taken_reads_the_same_and_nothing_is_sent(client, operator, make_account):
    make_account("taken@meridian.example")
    answer = client.post("/account/change-email", data={"email": "taken@meridian.example"})
    assert (answer.status_code, answer.location) == (303, "/account/change-email")
    assert mails("account_new_address") == []


def test_what_is_no_address_is_refused(client, operator):
    assert client.post("/account/change-email", data={"email": "nobody"}).status_code == 422


def test_it_needs_a_fresh_sign_in(client, operator):
    with later(minutes=20):
        answer = client.post("/account/change-email", data={"email": NEW})
        assert answer.location == "/account/verify?next=/account/change-email"
        assert mails("account_new_address") == []
        assert client.post(answer.location, data={"password": PASSWORD}).location == "/account/change-email"
        assert client.get("/account/change-email").page.one("input", name="email").get("value") == NEW
