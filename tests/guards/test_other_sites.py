"""What changes anything comes from our own pages, with their token."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import event

from marketplace.app import create_app
from marketplace.extensions import db
from marketplace.web.access import PARTS, rules
from tests.conftest import TESTING, reader_of
from tests.world import World, every_rule

BY_BLUEPRINT = {
    "patient": "patient",
    "dashboard": "owner",
    "operator": "operator",
    "security": "owner",
    "account_pages": "owner",
    "joining": "anonymous",
    "public": "anonymous",
}
ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:1"},
    {"Origin": "https://localhost"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


def forms(app: Flask, world: World) -> Iterator[tuple[str, str]]:
    """Each page that takes a form, with somebody who may send it."""
    for method, rule in every_rule(app):
        if method == "POST" and not app.extensions["access"][rule.endpoint].from_elsewhere:
            yield BY_BLUEPRINT[rule.endpoint.partition(".")[0]], world.path(rule)


@contextmanager
def nothing_stored(*, but: str = "nothing") -> Iterator[None]:
    """But in one table: a page that lets a form be sent again stores its new token in the session."""
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_ignored: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(statement)

    event.listen(db.engines[None], "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(db.engines[None], "before_cursor_execute", note)
    assert not [statement for statement in written if but not in statement]


@pytest.fixture
def all_in(world: World) -> World:
    """Everybody has entered."""
    for role in set(BY_BLUEPRINT.values()):
        world.cookie(role)
    return world


@pytest.mark.parametrize("token", [None, "foreign", "x", ""])
def test_sp9_no_form_without_its_own_token(
    app: Flask, all_in: World, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    given = reader_of(app).get("/my/link").page.fields()["csrf_token"][0] if token == "foreign" else token
    with nothing_stored(but="web_session"):
        for role, path in forms(app, all_in):
            answer = all_in.visit(role, path, method="POST", data={} if given is None else {"csrf_token": given})
            assert answer.status_code == 400, (role, path, answer.status_code)


@pytest.mark.parametrize("headers", ELSEWHERE, ids=lambda headers: " ".join(*headers.items()))
def test_sp9_no_form_from_another_site(app: Flask, all_in: World, headers: dict[str, str]) -> None:
    with nothing_stored():
        for role, path in forms(app, all_in):
            answer = all_in.visit(role, path, method="POST", headers=headers)
            assert answer.status_code == 403, (role, path, answer.status_code)


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}])
def test_our_own_form_is_taken(app: Flask, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    browser = reader_of(app)
    form = browser.get("/my/link").page.fields() | {"email": ["ana@patient.example"]}
    assert browser.post("/my/link", data=form, headers=headers).status_code == 303


def test_the_published_address_is_ours_too(app: Flask, world: World) -> None:
    headers = {"Origin": app.config["SITE_URL"]}
    assert world.visit("anonymous", "/preferences", method="POST", headers=headers).status_code == 303


def test_who_sends_from_elsewhere_needs_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(app: Flask) -> None:
        app.add_url_rule("/hooks/mail", "public.hook", lambda: request.get_data(as_text=True), methods=["POST"])

    monkeypatch.setitem(PARTS["public"], "/hooks/mail", "hook")
    monkeypatch.setattr("marketplace.app.promises.install", bind)
    app = create_app(TESTING | {"WTF_CSRF_ENABLED": True})
    assert [row["csrf"] for row in rules(app) if row["endpoint"] == "public.hook"] == [False]
    answer = app.test_client().post("/hooks/mail", json={"a": 1}, headers={"Origin": "https://relay.example"})
    assert (answer.status_code, answer.text) == (200, '{"a": 1}')
