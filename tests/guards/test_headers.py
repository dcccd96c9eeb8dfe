"""Every answer carries the same headers, whatever page it is and however it went."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy import text
from werkzeug.test import TestResponse

from marketplace.accounts import sessions
from marketplace.extensions import db
from marketplace.foundation.problems import WrongState
from marketplace.web.http.page_cache import FOR_EVERYONE
from tests.reading import Page, Visitor, inline
from tests.world import World, every_rule

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NAMED = {
    *("application/json", "application/problem+json", "application/xml", "application/zip"),
    *("image/jpeg", "image/png", "image/webp"),
}
SHOWS_MAIL = "/dev/mail/1/html"  # in development only; emails carry their style with them


def held_to_rules(answer: TestResponse, where: object) -> None:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    assert {name: value for name, _space, value in parts} == CSP, where
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, where
    strict = answer.request.path.startswith(("/account", "/unsubscribe/", "/shared/"))
    assert answer.headers["Referrer-Policy"] == ("strict-origin" if strict else "same-origin"), where
    assert len(answer.headers["X-Request-ID"]) == 36, where
    assert is_named(answer), (where, answer.content_type)
    if answer.mimetype == "text/html":
        assert not inline(Page(answer.text)), where


def is_named(answer: TestResponse) -> bool:
    """Whether a body says what it is: a text with its characters, other bodies by their kind."""
    if not answer.data:
        return True
    if answer.mimetype.startswith("text/"):
        return answer.mimetype_params.get("charset", "").lower() == "utf-8"
    return answer.mimetype in NAMED


@pytest.fixture
def reads(app: Flask) -> Iterator[list[bool]]:
    """Whether each answer has read a session."""
    noted: list[bool] = []

    def note(response: Any) -> Any:
        noted.append(sessions.current().touched)
        return response

    app.after_request_funcs[None].insert(0, note)  # the last to run
    yield noted
    app.after_request_funcs[None].remove(note)


@pytest.mark.parametrize("role", ["anonymous", "patient", "owner", "operator"])
def test_sp12_every_page_carries_them(app: Flask, world: World, reads: list[bool], role: str) -> None:
    for method, rule in every_rule(app):
        path = world.path(rule)
        answer = world.visit(role, path, method=method)
        if path != SHOWS_MAIL:
            held_to_rules(answer, (method, path))
        if reads[-1] or answer.headers.getlist("Set-Cookie"):
            assert answer.headers.get("Cache-Control") == "no-store", (method, path)
    assert any(reads)


def fail(view: Any) -> Any:
    return lambda **_names: view()


def moved_on() -> None:
    raise WrongState("moved_on")


ERRORS = {
    400: {"path": "/clinics?q=%00"},
    403: {"path": "/preferences", "method": "POST", "headers": {"Origin": "https://evil.example"}},
    404: {"path": "/nowhere"},
    405: {"path": "/clinics", "method": "POST"},
    409: {"path": "/report", "view": fail(moved_on)},
    413: {"path": "/my/link", "method": "POST", "data": {"email": "a" * 600_000}},
    415: {"path": "/my/link", "method": "POST", "json": {}},
    422: {"path": "/my/link", "method": "POST"},
    429: {"path": "/report", "view": fail(lambda: abort(429))},
    500: {"path": "/report", "view": fail(lambda: 1 / 0)},
    503: {
        "path": "/report",
        "view": fail(lambda: db.session.execute(text("SET LOCAL statement_timeout=1;SELECT pg_sleep(1)"))),
    },
}


@pytest.mark.parametrize("status", ERRORS)
def test_sp12_every_error_carries_them(app: Flask, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    given = dict(ERRORS[status])
    monkeypatch.setitem(app.view_functions, "public.report", given.pop("view", app.view_functions["public.report"]))
    monkeypatch.setattr(app, "testing", False)
    answer = Visitor(app, app.response_class).open(given.pop("path"), **given)
    assert answer.status_code == status
    held_to_rules(answer, status)
    assert answer.mimetype == "text/html"
    allowed = answer.headers.get("Cache-Control", "no-store")
    assert "no-store" in allowed or (status, allowed) == (404, FOR_EVERYONE)


def test_another_host_is_answered_with_them(app: Flask) -> None:
    answer = Visitor(app, app.response_class).get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    held_to_rules(answer, "host")


@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/dashboard", "/account/login"])
def test_over_https_only_https_from_then_on(app: Flask, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    browser = Visitor(app, app.response_class)
    assert "Strict-Transport-Security" not in browser.get(path).headers
    secure = browser.get(path, base_url="https://localhost")
    monkeypatch.setitem(app.config, "SITE_URL", "https://quotes.example")  # a proxy that does not tell
    for answer in (secure, browser.get(path)):
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
