"""What a password may be, how it is changed, and how it is kept."""

from typing import Any

import pytest
from flask_security.recoverable import generate_reset_password_token

from marketplace.accounts.models import Account
from marketplace.app import create_app
from marketplace.extensions import db
from tests.factories import PASSWORD, Make

STRANGE = "Ωμέγα no rules of composition " * 3


def changed(browser: Any, old: str, new: str) -> int:
    fields = {"password": old, "new_password": new, "new_password_confirm": new}
    return int(browser.post("/account/change", data=fields).status_code)


@pytest.mark.parametrize(
    "new", ["ten-letter", "forty horses counted backwards by the lighthouse keeper of omega", STRANGE]
)
def test_any_composition_and_length_from_ten_will_do(sign_in: Any, make_operator: Make, new: str) -> None:
    account = make_operator()
    browser = sign_in(account)
    assert changed(browser, PASSWORD, new) in {302, 303}
    browser.post("/account/logout")
    assert browser.post("/account/login", data={"email": account.email, "password": new}).status_code == 303


@pytest.mark.parametrize(("old", "new"), [("wrong password 1", "another long password"), (PASSWORD, "nine-char")])
def test_a_change_needs_the_old_one_and_ten_characters(sign_in: Any, make_operator: Make, old: str, new: str) -> None:
    account = make_operator()
    assert changed(sign_in(account), old, new) == 422
    assert db.session.get(Account, account.id).password == account.password


@pytest.mark.parametrize(
    "new", ["password123", "qwertyuiop", "1234567890", "aaaaaaaaaaaaaaa", "Meridian2026", "a" * 128, "zenobia1990"]
)
def test_what_everybody_knows_is_refused_with_a_way_out(sign_in: Any, make_account: Make, new: str) -> None:
    account = make_account("zenobia@clinic.example", operator=True)
    browser = sign_in(account)
    fields = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    answer = browser.post("/account/change", data=fields)
    assert (answer.status_code, "easy to guess" in answer.text) == (422, True)
    assert db.session.get(Account, account.id).password == account.password


def test_by_the_link_of_a_reset_too(client: Any, make_account: Make) -> None:
    token = generate_reset_password_token(make_account("zenobia@clinic.example"))
    fields = {"password": "zenobia1990", "password_confirm": "zenobia1990"}
    answer = client.post(f"/account/reset/{token}", data=fields)
    assert (answer.status_code, "easy to guess" in answer.text) == (422, True)


def test_passwords_are_kept_by_argon2id() -> None:
    app = create_app({"SQLALCHEMY_DATABASE_URI": "postgresql:///none"})
    with app.app_context():
        assert app.extensions["security"].pwd_context.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3")
