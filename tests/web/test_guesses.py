"""Guesses at links take time, and nobody who holds one is kept out by the guesses of others."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_security.change_email import _generate_token
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token

from marketplace.accounts.actions import create_operator
from marketplace.accounts.models import Account
from marketplace.extensions import db
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.limits import RATE_LIMITS
from marketplace.foundation.security.signed_links import token_of
from marketplace.mail.register import STREAMS
from marketplace.mail.suppression import unsubscribe_path
from tests.conftest import reader_of
from tests.factories import build_account, build_clinic, build_invitation, build_quote, link_to

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
Make = Callable[[Account], str]


def patient_link(_account: Account) -> str:
    link = signed_links.issue("page", subject_id=build_quote().request_id, lifetime=timedelta(days=7))
    return f"/q/{token_of(link)}"


def new_address(account: Account) -> str:
    token = _generate_token(account, "new@meridian.example")
    from marketplace.accounts.mailed_links import _remember

    _remember(None, user=account, token=token)
    return f"/account/change-email/{token}"


LINKS: dict[str, Make] = {
    "request": patient_link,
    "invitation": lambda _account: f"/account/invitation/{token_of(link_to(build_invitation(build_clinic())))}",
    "reset": lambda account: f"/account/reset/{generate_reset_password_token(account)}",
    "operator": lambda account: create_operator(account.email).removeprefix("http://127.0.0.1:8000"),
    "confirm": lambda account: f"/account/confirm/{generate_confirmation_token(account)}",
    "new address": new_address,
    "unsubscribe": lambda account: unsubscribe_path(account.id, next(iter(STREAMS))),
}


def made(app: Flask, make: Make) -> str:
    with app.app_context():
        path = make(build_account())
        db.session.commit()
        return path


@pytest.mark.parametrize("make", LINKS.values(), ids=LINKS)
def test_guesses_are_refused_and_a_holder_is_not(limited_app: Flask, make: Make) -> None:
    path, browser = made(limited_app, make), reader_of(limited_app)
    guesses = [browser.get(f"{path[:-6]}{n:06}").status_code for n in range(RATE_LIMITS["guess-link"][0].capacity + 1)]
    assert guesses[-1] == 429
    assert 429 not in guesses[:-1]
    assert browser.get(path).status_code in {200, 303}


@pytest.mark.parametrize("make", LINKS.values(), ids=LINKS)
def test_one_spelling_is_a_token(own_app: Flask, make: Make) -> None:
    path, browser = made(own_app, make), own_app.test_client()
    last = ALPHABET.index(path[-1])
    others = [path[:-1] + ALPHABET[last ^ bits] for bits in (1, 2, 3, 4)] + [path + "=", path + "+", path + "A"]
    right = browser.get(path)
    assert right.status_code in {200, 303}
    for other in others:
        answer = browser.get(other)
        assert (answer.status_code, answer.headers.get("Location")) != (
            right.status_code,
            right.headers.get("Location"),
        )
        assert answer.status_code == 404 or answer.headers["Location"] == "/account/reset", other


def test_the_other_alphabet_of_base64_is_no_token(own_app: Flask) -> None:
    path = made(own_app, patient_link)
    plain = base64.b64encode(base64.urlsafe_b64decode(path.removeprefix("/q/"))).decode()
    answer = own_app.test_client().get(f"/q/{plain.replace('/', '%2F')}")
    assert answer.status_code == (303 if f"/q/{plain}" == path else 404)


@pytest.mark.parametrize("path", ["/account/change-email/x", "/account/confirm/x"])
def test_a_wrong_link_shows_no_button(client: Any, path: str) -> None:
    for answer in (client.get(path), client.post(path)):
        assert (answer.status_code, answer.page.h1) == (404, "This link does not work")
        assert not answer.page.one("main").findall(".//form")
