"""Nobody learns from an answer, its text, its headers or its time whether an address is known (SP8)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.web.http import constant_time
from tests.factories import PASSWORD, Make

KNOWN, UNKNOWN = "known@meridian.example", "other@meridian.example"
FORMS = ("/account/login", "/account/reset", "/account/confirm", "/my/link")


def seen(client: Any, path: str, email: str) -> tuple[object, ...]:
    """All that comes back, except what is drawn anew for every answer; a redirect is followed."""
    data = {"email": email, "password": "not this one"}
    answers = [client.post(path, data=data)]
    if answers[0].location:
        answers.append(client.get(answers[0].location))
    return tuple(
        (a.status_code, a.location, sorted(a.headers.keys()), len(a.data), masked(a.text.replace(email, "")))
        for a in answers
    )


def masked(text: str) -> str:
    return re.sub(r'value="[^"]{30,}"', "", text)


def as_it_is(_account: Any) -> None:
    """Confirmed and active."""


def unconfirmed(account: Any) -> None:
    account.confirmed_at = None


def deactivated(account: Any) -> None:
    account.active = False


def without_password(account: Any) -> None:
    account.password = None


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("change", [as_it_is, unconfirmed, deactivated, without_password])
def test_sp8_the_same_answer(
    client: Any, app: Flask, make_account: Make, make_request: Make, path: str, change: Callable[[Any], None]
) -> None:
    change(make_account(KNOWN))
    make_request(email=KNOWN)
    db.session.commit()
    known = seen(client, path, KNOWN)
    other = seen(app.test_client(), path, UNKNOWN)
    assert known == other


def test_sp8_an_unknown_account_costs_a_hash_too(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr("flask_security.forms.hash_password", hashed.append)
    client.post("/account/login", data={"email": UNKNOWN, "password": PASSWORD})
    assert hashed == [PASSWORD]


def waits(monkeypatch: pytest.MonkeyPatch, *, work: float) -> float:
    """How long the answer to a piece of work waits at a beat of half a second."""
    now, slept = [100.0], []
    monkeypatch.setattr(constant_time.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(constant_time.time, "sleep", slept.append)

    def wsgi(environ: dict[str, Any], _start: object) -> list[bytes]:
        now[0] += work
        environ[constant_time.MARK] = 0.5
        return []

    constant_time.ConstantTimeResponses(wsgi)({}, None)
    return work + slept[0]


@pytest.mark.parametrize(("work", "answered"), [(0.01, 0.5), (0.3, 0.5), (0.49, 0.5), (0.51, 1.0), (0.9, 1.0)])
def test_answers_leave_on_the_beat(monkeypatch: pytest.MonkeyPatch, work: float, answered: float) -> None:
    assert waits(monkeypatch, work=work) == pytest.approx(answered)


@pytest.mark.parametrize("path", FORMS)
def test_who_waits_holds_no_connection(own_app: Flask, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    held: list[int] = []
    with own_app.app_context():
        pool = db.engine.pool
    monkeypatch.setattr(constant_time.time, "sleep", lambda _seconds: held.append(pool.checkedout()))
    own_app.wsgi_app = constant_time.ConstantTimeResponses(own_app.wsgi_app)
    own_app.test_client().post(path, data={"email": UNKNOWN, "password": "not this one"})
    assert held == [0]


def test_other_pages_and_a_right_password_do_not_wait(
    app: Flask, client: Any, make_operator: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(constant_time.time, "sleep", slept.append)
    monkeypatch.setattr(app, "wsgi_app", constant_time.ConstantTimeResponses(app.wsgi_app))
    account = make_operator()
    assert client.get("/account/login").status_code == 200
    assert client.post("/account/login", data={"email": account.email, "password": PASSWORD}).status_code == 303
    assert slept == []


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_sp8_a_reset_costs_a_hash_whoever_asks(
    client: Any, make_account: Make, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    make_account(KNOWN)
    hashed: list[str] = []
    for place in ("flask_security.views", "marketplace.mail.account_emails"):
        monkeypatch.setattr(f"{place}.hash_password", hashed.append)
    client.post("/account/reset", data={"email": email})
    assert len(hashed) == 1


def test_what_is_refused_unread_waits_for_nothing(app: Flask, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one sender of empty forms holds every thread of the site."""
    slept: list[float] = []
    monkeypatch.setattr(constant_time.time, "sleep", slept.append)
    monkeypatch.setattr(app, "wsgi_app", constant_time.ConstantTimeResponses(app.wsgi_app))
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert client.post("/account/login", data={"email": KNOWN, "password": PASSWORD}).status_code == 400
    assert client.post("/my/link", data={"email": KNOWN}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert slept == []
