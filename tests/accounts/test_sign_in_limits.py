"""Guessing takes time, and nobody is locked out for good (SP5, SP6)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import create_engine

from marketplace.extensions import db
from marketplace.foundation import clock
from tests.accounts.test_second_factor import code
from tests.conftest import TESTING, reader_of
from tests.factories import PASSWORD, build_account

EMAIL = "two@meridian.example"
HERE, ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "198.51.100.9"}


@pytest.fixture
def reader(limited_app: Flask) -> Iterator[Any]:
    """A browser at a site with limits and one operator."""
    with limited_app.app_context():
        build_account(EMAIL, operator=True)
        db.session.commit()
        yield reader_of(limited_app)


def sign_in(reader: Any, password: str, *, place: dict[str, str] = HERE, email: str = EMAIL) -> Any:
    return reader.post("/account/login", data={"email": email, "password": password}, environ_base=place)


def test_sp5_ten_wrong_passwords_in_five_minutes(reader):
    answers = [sign_in(reader, "wrong") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) in range(1, 31)
    assert answers[-1].page.h1 == "Too many tries in a short time"
    assert "Try again in" in answers[-1].page.text


def test_sp5_the_right_password_waits_too(reader):
    for _ in range(10):
        sign_in(reader, "wrong")
    assert sign_in(reader, PASSWORD).status_code == 429


def test_sp5_the_right_password_works_from_another_address(reader):
    for _ in range(12):
        sign_in(reader, "wrong")
    assert sign_in(reader, PASSWORD, place=ELSEWHERE).status_code == 303


def test_sp5_and_from_the_same_one_after_the_window(reader):
    for _ in range(12):
        sign_in(reader, "wrong")
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        assert sign_in(reader, PASSWORD).status_code == 303


def test_who_is_right_may_sign_in_as_often_as_needed(reader):
    for _ in range(35):
        assert sign_in(reader, PASSWORD).status_code == 303
        reader.post("/account/logout")


def test_one_client_that_tries_many_accounts_is_stopped(reader):
    answers = [sign_in(reader, "wrong", email=f"a{n}@clinic.example").status_code for n in range(31)]
    assert answers == [422] * 30 + [429]


def test_an_unknown_account_is_counted_like_a_known_one(reader):
    answers = [sign_in(reader, "wrong", email="nobody@clinic.example").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.fixture
def key(reader: Any) -> str:
    """The key of the operator's app; the password was given."""
    import re

    sign_in(reader, PASSWORD)
    page = reader.get(reader.post("/account/tf-setup", data={"setup": "authenticator"}).location)
    shown = page.page.one("bdi", class_="ref").text
    action = re.search(r'action="(/account/tf-setup/[^"]+)"', page.text)[1]
    reader.post(action, data={"code": code(shown)})
    reader.post("/account/logout")
    assert "/account/tf-validate" in sign_in(reader, PASSWORD).location
    return shown


def second_factor(reader: Any, digits: str, *, place: dict[str, str] = HERE) -> Any:
    return reader.post("/account/tf-validate", data={"code": digits}, environ_base=place)


def test_sp6_six_wrong_codes(reader, key):
    assert [second_factor(reader, "000000").status_code for _ in range(7)] == [422] * 6 + [429]


def test_sp6_another_address_does_not_help_and_time_does(reader, key):
    for _ in range(6):
        second_factor(reader, "000000")
    right = code(key, later=1)
    assert second_factor(reader, right, place=ELSEWHERE).status_code == 429
    with clock.set_to(clock.now() + timedelta(minutes=12)):
        sign_in(reader, PASSWORD)
        assert second_factor(reader, right).location == "/account"


def test_sp6_recovery_codes_share_the_limit(reader, key):
    for _ in range(6):
        reader.post("/account/mf-recovery", data={"code": "guessed"}, environ_base=HERE)
    assert second_factor(reader, code(key, later=1)).status_code == 429


@pytest.mark.parametrize("path", ["/account/reset", "/account/confirm"])
@pytest.mark.parametrize("email", [EMAIL, "nobody@clinic.example"])
def test_mail_is_asked_for_three_times(reader, path, email):
    asked = [reader.post(path, data={"email": email}, environ_base=HERE).status_code for _ in range(4)]
    assert asked == [303] * 3 + [429]


def test_while_the_limits_cannot_be_asked_nothing_is_let_through(reader, limited_app):
    limited_app.extensions["autocommit_engine"] = create_engine("postgresql:///x?host=/nowhere")
    answer = sign_in(reader, PASSWORD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("hops", "forwarded", "seen"),
    [
        (0, "198.51.100.1", "203.0.113.7"),
        (1, "198.51.100.1, 198.51.100.2", "198.51.100.2"),
        (2, "198.51.100.1, 198.51.100.2, 198.51.100.3", "198.51.100.2"),
        (2, "198.51.100.3", "203.0.113.7"),
        (1, "", "203.0.113.7"),
    ],
)
def test_only_configured_proxies_say_where_a_client_is(hops, forwarded, seen):
    from marketplace.app import create_app

    app = create_app(TESTING | {"PROXY_HOPS": hops})
    with app.test_client() as client:
        client.get("/healthz", headers={"X-Forwarded-For": forwarded}, environ_base=HERE)
        assert request.remote_addr == seen


def test_a_made_up_header_gives_no_new_tries(reader):
    def lie(n: int) -> int:
        data = {"email": EMAIL, "password": "wrong"}
        headers = {"X-Forwarded-For": f"198.51.100.{n}"}
        return reader.post("/account/login", data=data, headers=headers, environ_base=HERE).status_code

    assert [lie(n) for n in range(11)] == [422] * 10 + [429]


def test_a_session_left_open_is_no_place_to_guess_the_password(reader):
    sign_in(reader, PASSWORD)
    wrong = {"password": "wrong", "new_password": "another long one 2", "new_password_confirm": "another long one 2"}
    tried = [reader.post(path, data=wrong).status_code for path in ("/account/verify", "/account/change") * 6]
    assert tried == [422] * 10 + [429] * 2
