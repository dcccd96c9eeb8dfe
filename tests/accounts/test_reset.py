"""A new password by a link that works once."""

import pytest

from marketplace.accounts.actions import create_operator
from marketplace.accounts.models import Account
from marketplace.extensions import db
from marketplace.foundation.problems import Refused

NEW = "another long password 2"


def path_of(link: str) -> str:
    return link.removeprefix("http://127.0.0.1:8000")


def test_asking_reads_the_same_for_a_known_and_an_unknown_address(client, make_operator):
    known = client.post("/account/reset", data={"email": make_operator().email}, follow_redirects=True)
    unknown = client.post("/account/reset", data={"email": "nobody@clinic.example"}, follow_redirects=True)
    assert known.status_code == unknown.status_code == 200
    assert known.page.text == unknown.page.text


def test_a_new_operator_sets_a_password_and_signs_in(client):
    link = path_of(create_operator("new@meridian.example"))
    db.session.commit()
    assert client.get(link).page.h1 == "Choose a new password"
    assert client.post(link, data={"password": NEW, "password_confirm": NEW}).status_code == 303
    assert client.get("/operator").location.startswith("/account/login"), "a link alone signs nobody in"
    answer = client.post("/account/login", data={"email": "new@meridian.example", "password": NEW})
    assert answer.location == "/account"


def test_the_link_works_once(client):
    link = path_of(create_operator("new@meridian.example"))
    db.session.commit()
    client.post(link, data={"password": NEW, "password_confirm": NEW})
    assert client.get(link).location.endswith("/account/reset")


def test_a_short_password_is_refused_with_words(client):
    link = path_of(create_operator("new@meridian.example"))
    db.session.commit()
    answer = client.post(link, data={"password": "short", "password_confirm": "short"})
    assert answer.status_code == 422
    assert "10 characters or more" in answer.page.text


def test_who_has_an_account_becomes_an_operator(app, make_account):
    account = make_account("known@meridian.example")
    create_operator("Known@meridian.example")
    assert account.is_operator
    assert db.session.query(Account).count() == 1


def test_what_is_no_address_is_refused(app):
    with pytest.raises(Refused):
        create_operator("nobody")


def test_the_confirming_link_acts_by_its_button(client, make_operator):
    from flask_security.confirmable import generate_confirmation_token

    account = make_operator()
    account.confirmed_at = None
    path = f"/account/confirm/{generate_confirmation_token(account)}"
    assert client.get(path).status_code == 200
    assert account.confirmed_at is None
    assert client.post(path).status_code == 303
    assert account.confirmed_at is not None
