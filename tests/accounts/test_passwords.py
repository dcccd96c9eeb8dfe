"""What a password may be, how it is changed, and how it is kept."""

from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.app import create_app
from marketplace.extensions import db
from tests.factories import PASSWORD, Make

STRANGE = "Ωμέγα no rules of composition " * 3


def changed(browser: Any, old: str, new: str) -> int:
    fields = {"password": old, "new_password": new, "new_password_confirm": new}
    return int(browser.post("/account/change", data=fields).status_code)


@pytest.mark.parametrize("new", ["ten-letter", "a" * 20 + "b" * 44, STRANGE])
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


def test_passwords_are_kept_by_argon2id() -> None:
    app = create_app({"SQLALCHEMY_DATABASE_URI": "postgresql:///none"})
    with app.app_context():
        assert app.extensions["security"].pwd_context.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3")
