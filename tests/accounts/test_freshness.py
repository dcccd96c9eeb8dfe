"""What could hand an account over asks for the password again, and leads back to where one was."""

from typing import Any

import pytest
from flask import Flask, session

from marketplace.accounts.session_store import id_of
from marketplace.extensions import db
from tests.accounts.test_sessions import later, rows
from tests.factories import PASSWORD

NEW = "another long password 2"
GUARDED = ["/account/change", "/account/tf-setup", "/account/mf-recovery-codes?show_codes=1"]


@pytest.fixture
def operator(make_operator, sign_in) -> Any:
    account = make_operator()
    sign_in(account)
    return account


def asked_again(path: str) -> str:
    return "/account/verify?next=" + path.replace("=", "%3D")


@pytest.mark.parametrize("path", GUARDED)
def test_a_sign_in_is_fresh_for_a_quarter_of_an_hour(client, operator, path):
    with later(minutes=14):
        assert client.get(path).status_code == 200
    with later(minutes=15):
        answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, asked_again(path))


def test_using_it_does_not_make_it_last(client, operator):
    for minutes in (5, 10, 14):
        with later(minutes=minutes):
            assert client.get("/account/change").status_code == 200
    with later(minutes=16):
        assert client.get("/account/change").status_code == 302


def test_the_password_leads_back_to_the_place(client, operator):
    with later(minutes=20):
        asking = client.get("/account/mf-recovery-codes?show_codes=1").location
        assert client.get(asking).page.h1 == "Enter your password again"
        answer = client.post(asking, data={"password": PASSWORD})
        assert (answer.status_code, answer.location) == (303, "/account/mf-recovery-codes?show_codes=1")
        assert client.get(answer.location).status_code == 200


def test_a_wrong_password_leads_nowhere(client, operator):
    with later(minutes=20):
        answer = client.post("/account/verify?next=/account/change", data={"password": "not this one"})
        assert answer.status_code == 422
        assert client.get("/account/change").status_code == 302


def test_nothing_is_changed_by_a_form_that_was_open_for_long(client, operator):
    before = operator.password
    with later(minutes=20):
        form = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
        answer = client.post("/account/change", data=form)
        assert (answer.status_code, answer.location) == (303, asked_again("/account/change"))
        assert client.post("/account/tf-setup", data={"setup": "authenticator"}).status_code == 303
    db.session.refresh(operator)
    assert operator.password == before


def test_no_password_and_no_proof_is_set_aside(client, operator):
    with later(minutes=20), client:
        form = {"password": PASSWORD, "new_password": NEW, "idem": "x", "csrf_token": "y", "code": "1", "note": "z"}
        client.post("/account/change", data=form)
        assert session["set_aside"] == {"place": "/account/change", "typed": {"note": ["z"]}}


def test_what_was_typed_waits_for_its_own_page(client, operator):
    with later(minutes=20):
        asking = client.post("/account/change-email", data={"email": "new@meridian.example"}).location
        client.post(asking, data={"password": PASSWORD})
        assert "new@meridian.example" not in client.get("/account/change").text
        assert "new@meridian.example" in client.get("/account/change-email").text


def test_a_form_without_a_page_of_its_own_leads_to_where_it_stood(client, operator):
    with later(minutes=20):
        headers = {"Referer": "http://localhost/account/tf-setup?step=code"}
        answer = client.post("/account/tf-setup/x", data={"code": "1"}, headers=headers)
        elsewhere = client.post("/account/tf-setup/x", headers={"Referer": "http://evil.example/account/tf-setup"})
    assert answer.location == asked_again("/account/tf-setup")
    assert elsewhere.location == asked_again("/account")


def test_entering_it_makes_a_new_id_for_the_same_sign_in(client, operator):
    before, ends = client.get_cookie("sid").value, rows()[-1].absolute_expiry_at
    with later(minutes=20):
        client.post("/account/verify?next=/account/change", data={"password": PASSWORD})
    after = client.get_cookie("sid").value
    assert before != after
    kept = {row.id: row for row in rows()}
    assert kept[id_of(before)].data is None
    assert kept[id_of(after)].absolute_expiry_at == ends, "twelve hours are twelve hours"
    client.set_cookie("sid", before)
    assert client.get("/operator").status_code == 302


def test_it_leads_to_our_own_paths_only(client, operator):
    answer = client.post("/account/verify?next=https://evil.example/x", data={"password": PASSWORD})
    assert "evil" not in answer.headers.get("Location", "")


def test_who_is_signed_out_signs_in(app: Flask, client):
    for path in ("/account/change", "/account/verify"):
        assert client.get(path).location.startswith("/account/login")
