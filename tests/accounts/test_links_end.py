"""Every change of what proves who somebody is ends every link and every session made before it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, current_app
from flask_security import change_email_instructions_sent
from flask_security.change_email import _generate_token
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from itsdangerous import TimestampSigner

from marketplace.accounts import session_store
from marketplace.accounts.actions import create_operator, deactivate
from marketplace.accounts.models import Account
from marketplace.clinics.invitation_actions import invite
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation.security.signed_links import token_of
from tests.accounts.test_change_email import NEW, link_for
from tests.accounts.test_end_sessions import is_in, set_up_second_factor
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_clinic, build_member, link_to

NEW_PASSWORD = "another long password 2"


def reset_path(account: Account) -> str:
    return f"/account/reset/{generate_reset_password_token(account)}"


def operator_path(account: Account) -> str:
    return create_operator(account.email).removeprefix("http://127.0.0.1:8000")


def confirm_path(account: Account) -> str:
    return f"/account/confirm/{generate_confirmation_token(account)}"


def address_path(account: Account) -> str:
    token = _generate_token(account, "elsewhere@meridian.example")
    change_email_instructions_sent.send(current_app._get_current_object(), user=account, token=token)
    return f"/account/change-email/{token}"


LINKS = {"reset": reset_path, "operator": operator_path, "confirm": confirm_path, "new address": address_path}


def change_address(client: Any, _account: Account) -> None:
    assert client.post(link_for(client, NEW)).status_code == 303


def change_password(client: Any, _account: Account) -> None:
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    assert client.post("/account/change", data=form).status_code == 303


def reset_password(client: Any, account: Account) -> None:
    form = {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    assert client.post(reset_path(account), data=form).status_code == 303


def switch_on(client: Any, _account: Account) -> None:
    set_up_second_factor(client)


def switch_off(client: Any, account: Account) -> None:
    account.tf_primary_method, account.tf_totp_secret = "authenticator", "{}"
    assert client.post("/account/tf-setup", data={"setup": "disable"}).status_code == 303


def new_codes(client: Any, _account: Account) -> None:
    assert client.post("/account/mf-recovery-codes", data={"generate_new_codes": "1"}).status_code == 303


def lock_out(_client: Any, account: Account) -> None:
    deactivate(account)


CHANGES = {f.__name__: f for f in (change_address, change_password, reset_password, switch_on, switch_off, new_codes)}
Change = Callable[[Any, Account], None]


def works(browser: Any, path: str) -> bool:
    return bool(browser.get(path).status_code == 200)


@pytest.fixture
def operator(make_operator: Any, sign_in: Any) -> Any:
    account = make_operator("old@meridian.example")
    sign_in(account)
    return account


@pytest.mark.parametrize("change", [*CHANGES.values(), lock_out], ids=lambda change: change.__name__)
@pytest.mark.parametrize("make", LINKS.values(), ids=LINKS)
def test_a_change_ends_the_link(
    app: Flask, client: Any, operator: Any, make: Callable[[Account], str], change: Change
) -> None:
    path, elsewhere = make(operator), reader_of(app)
    db.session.commit()
    assert works(elsewhere, path)
    change(client, operator)
    assert not works(elsewhere, path)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_ends_every_other_session(
    app: Flask, client: Any, operator: Any, sign_in: Any, change: Change
) -> None:
    other = reader_of(app)
    sign_in(operator, other)
    assert is_in(other)
    before = client.get_cookie("sid").value
    change(client, operator)
    assert not is_in(other)
    assert is_in(client) is (change is not reset_password)
    other.set_cookie("sid", before)
    assert not is_in(other), "nor by the id that this browser had before"


def test_a_link_pressed_in_somebody_elses_browser_signs_nobody_in_there(
    app: Flask, client: Any, operator: Any, make_operator: Any, sign_in: Any
) -> None:
    path, other = link_for(client, NEW), reader_of(app)
    stranger = make_operator("other@meridian.example")
    sign_in(stranger, other)
    assert other.post(path).status_code == 303
    assert "other@meridian.example" in other.get("/account/change-email").page.text
    assert len(session_store.living_of(stranger.id)) == 1
    assert not is_in(client)


def test_a_newer_link_to_a_new_address_ends_the_one_before(client: Any, operator: Any) -> None:
    first, second = address_path(operator), link_for(client, NEW)
    assert not works(client, first)
    assert client.post(first).status_code == 404
    assert client.post(second).status_code == 303


def test_asked_for_twice_at_once_the_link_works(client: Any, operator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = int(time.time())
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: now)
    assert address_path(operator) == address_path(operator)
    assert works(client, address_path(operator))


def test_an_invitation_to_the_old_address_ends_with_it(app: Flask, client: Any, operator: Any) -> None:
    clinic = build_clinic()
    invitation = invite(clinic, email="Old@meridian.example", role=TeamRole.MEMBER, by=build_member(clinic).id)
    path = f"/account/invitation/{token_of(link_to(invitation))}"
    db.session.commit()
    assert works(client, path)
    change_address(client, operator)
    assert reader_of(app).get(path).page.h1 == "This invitation is not open any more"
