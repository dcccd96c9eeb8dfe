"""SP7: out means out, at the very next request, in every browser that is meant."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from marketplace.accounts import session_store
from marketplace.accounts.actions import create_operator, deactivate, end_all
from marketplace.accounts.session_store import WebSession
from marketplace.clinics.models import Membership
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from tests.accounts.test_second_factor import code
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_account

NEW = "another long password 2"


@pytest.fixture
def other(app: Flask, db_session: object) -> Any:
    """A second browser."""
    return reader_of(app)


@pytest.fixture
def operator(make_operator, sign_in, client, other) -> Any:
    """Signed in at both."""
    account = make_operator()
    sign_in(account)
    sign_in(account, other)
    assert is_in(client)
    assert is_in(other)
    return account


def is_in(browser: Any) -> bool:
    return bool(browser.get("/operator").status_code == 200)


def happened() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.name).order_by(AuditEntry.at, AuditEntry.id)))


def test_sp7_a_copied_cookie_is_worth_nothing_after_signing_out(client, other, operator):
    copied = client.get_cookie("sid").value
    client.post("/account/logout")
    client.set_cookie("sid", copied)
    assert not is_in(client)
    assert is_in(other), "signing out is for one browser"
    assert happened()[-1] == "SignedOut"


def test_sp7_signing_out_leaves_nothing_of_the_session(client, operator):
    client.post("/get-quotes")
    answer = client.post("/account/logout")
    assert "sid=;" in answer.headers["Set-Cookie"]
    assert client.get("/get-quotes/treatment").headers["Location"] == "/get-quotes"


def test_sp7_a_deactivated_account_is_out_in_every_browser_and_stays_out(client, other, operator):
    deactivate(operator)
    assert not is_in(client)
    assert not is_in(other)
    operator.active = True
    assert not is_in(client), "switched on again, one signs in again"
    assert happened()[-2:] == ["SessionsEnded", "AccountDeactivated"]


def test_sp7_a_deactivated_account_does_not_come_in(client, operator, other):
    deactivate(operator)
    other.post("/account/login", data={"email": operator.email, "password": PASSWORD})
    assert not is_in(other)


def test_sp7_the_administrator_locks_out_who_left(own_app: Flask):
    with own_app.app_context():
        db.session.add(build_account("op@meridian.example", operator=True))
        db.session.commit()
    browser, run = own_app.test_client(), own_app.test_cli_runner().invoke
    browser.post("/account/login", data={"email": "op@meridian.example", "password": PASSWORD})
    assert is_in(browser)
    answer = run(args=["accounts", "deactivate", "OP@meridian.example"])
    assert (answer.exit_code, answer.output) == (0, "Deactivated: op@meridian.example; sessions ended: 1\n")
    assert not is_in(browser)
    with own_app.app_context():
        locked = select(AuditEntry.actor).where(AuditEntry.name == "AccountDeactivated")
        assert db.session.scalars(locked).all() == ["keeper"]


def test_the_administrator_lets_in_again_who_was_locked_out(own_app: Flask):
    with own_app.app_context():
        db.session.add(build_account("op@meridian.example", operator=True))
        db.session.commit()
    browser, run = own_app.test_client(), own_app.test_cli_runner().invoke
    answer = run(args=["accounts", "reactivate", "op@meridian.example"])
    assert (answer.exit_code, answer.output) == (1, "Error: op@meridian.example is active already\n")
    run(args=["accounts", "deactivate", "op@meridian.example"])
    assert run(args=["accounts", "reactivate", "OP@meridian.example"]).output == "Reactivated: op@meridian.example\n"
    browser.post("/account/login", data={"email": "op@meridian.example", "password": PASSWORD})
    assert is_in(browser)
    with own_app.app_context():
        assert happened()[-2:] == ["AccountReactivated", "SignedIn"]


@pytest.mark.parametrize("whose", ["op@meridian.example", "--all"])
def test_the_administrator_ends_sessions_and_locks_nobody_out(own_app: Flask, whose: str):
    with own_app.app_context():
        db.session.add(build_account("op@meridian.example", operator=True))
        db.session.commit()
    browser, run = own_app.test_client(), own_app.test_cli_runner().invoke
    form = {"email": "op@meridian.example", "password": PASSWORD}
    browser.post("/account/login", data=form)
    assert run(args=["accounts", "sign-out", whose]).output == "Sessions ended: 1\n"
    assert not is_in(browser)
    browser.post("/account/login", data=form)
    assert is_in(browser)


@pytest.mark.parametrize("command", ["deactivate", "reactivate", "sign-out"])
def test_an_address_that_nobody_has_is_named(own_app: Flask, command: str):
    answer = own_app.test_cli_runner().invoke(args=["accounts", command, "nobody@meridian.example"])
    assert (answer.exit_code, answer.output) == (1, "Error: There is no account nobody@meridian.example\n")


def test_sp7_a_changed_password_leaves_this_browser_only(client, other, operator):
    before = client.get_cookie("sid").value
    form = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert client.post("/account/change", data=form).status_code == 303
    assert is_in(client)
    assert not is_in(other)
    other.set_cookie("sid", before)
    assert not is_in(other), "nor does the id this browser had before"
    assert "PasswordChanged" in happened()


def test_sp7_a_reset_password_signs_out_everywhere(client, other, operator):
    from flask_security.recoverable import generate_reset_password_token

    link = f"/account/reset/{generate_reset_password_token(operator)}"
    assert other.post("/account/logout").status_code == 303
    assert other.post(link, data={"password": NEW, "password_confirm": NEW}).status_code == 303
    assert not is_in(client)
    assert not is_in(other)


def test_sp7_the_view_and_its_session_do_not_wait_for_each_other(own_app: Flask):
    """Two real connections: the view ends the row that its own session replaces a moment later."""
    with own_app.app_context():
        db.session.add(build_account("op@meridian.example", operator=True))
        db.session.commit()
    here, there = own_app.test_client(), own_app.test_client()
    for browser in (here, there):
        browser.post("/account/login", data={"email": "op@meridian.example", "password": PASSWORD})
        assert is_in(browser)
    form = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert here.post("/account/change", data=form).status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)


def set_up_second_factor(client: Any) -> None:
    page = client.get(client.post("/account/tf-setup", data={"setup": "authenticator"}).location)
    action = re.search(r'action="(/account/tf-setup/[^"]+)"', page.text)[1]
    shown = page.page.one("bdi", class_="ref").text
    assert client.post(action, data={"code": code(shown)}).status_code == 303


def test_sp7_a_second_factor_set_up_leaves_this_browser_only(client, other, operator):
    set_up_second_factor(client)
    assert is_in(client)
    assert not is_in(other)


def test_sp7_a_second_factor_switched_off_leaves_this_browser_only(client, other, operator, monkeypatch):
    set_up_second_factor(client)
    end = [row.id for row in session_store.living_of(operator.id)]
    assert client.post("/account/tf-setup", data={"setup": "disable"}).status_code == 303
    assert is_in(client)
    assert [row.id for row in session_store.living_of(operator.id)] != end
    assert happened().count("SecondFactorChanged") == 2


def test_sp7_a_new_role_is_signed_in_for_anew(client, make_clinic, make_member, sign_in):
    member = make_member(make_clinic())
    sign_in(member)
    create_operator(member.email)
    assert client.get("/operator").status_code == 302
    assert "OperatorMade" in happened()


def test_sp7_who_left_the_team_finds_nothing_at_the_next_request(client, make_clinic, make_member, sign_in):
    member = make_member(make_clinic())
    sign_in(member)
    assert client.get("/dashboard/leads").status_code == 200
    db.session.execute(delete(Membership).where(Membership.account_id == member.id))
    assert client.get("/dashboard/leads").status_code == 404


def test_the_audit_log_says_who_it_was(client, operator):
    set_up_second_factor(client)
    client.post("/account/logout")
    found = db.session.execute(select(AuditEntry.name, AuditEntry.actor, AuditEntry.account_id)).all()
    assert {name for name, *_ in found} == {"SignedIn", "SecondFactorChanged", "SessionsEnded", "SignedOut"}
    assert {(actor, account_id) for _, actor, account_id in found} == {(f"operator:{operator.id}", operator.id)}


def test_a_session_that_ended_meanwhile_is_not_brought_back(client, operator):
    (row, *_) = session_store.living_of(operator.id)
    end_all(operator.id, reason="test")
    db.session.commit()
    session_store.keep(row.id, data=b"x", seen_at=clock.now(), expires_at=clock.now() + timedelta(minutes=5))
    assert session_store.living_of(operator.id) == []


def test_a_sign_in_under_way_when_all_are_ended_fails(client, operator, monkeypatch):
    """Its row is written after all others were ended: the account's uniquifier has moved on."""
    begin = session_store.insert_row

    def overtaken(row: WebSession, **others: Any) -> None:
        end_all(operator.id, reason="test")
        db.session.commit()
        begin(row, **others)

    client.delete_cookie("sid")
    monkeypatch.setattr(session_store, "insert_row", overtaken)
    client.post("/account/login", data={"email": operator.email, "password": PASSWORD})
    monkeypatch.setattr(session_store, "insert_row", begin)
    assert client.get_cookie("sid") is not None
    assert not is_in(client)
