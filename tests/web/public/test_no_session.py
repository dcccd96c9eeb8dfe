"""SP16: a public page is the same for everyone: no cookie, no session, the same bytes, and caches may keep it."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask, session, url_for
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

from marketplace.accounts.sessions import SessionTouched
from marketplace.clinics.market_figures import MarketFigures
from marketplace.web.public import pages
from marketplace.web.public.blueprint import WITH_SESSION
from tests.conftest import reader_of
from tests.web.public.test_pages import PAGES

VALUES: dict[type, object] = {UUIDConverter: UUID(int=7), IntegerConverter: 1}


def path_of(app: Flask, rule: Rule) -> str:
    """The rule with values that name nothing."""
    of_kind = {
        name: next((value for kind, value in VALUES.items() if isinstance(rule._converters[name], kind)), "x")
        for name in rule.arguments
    }
    with app.test_request_context():
        return url_for(rule.endpoint, **of_kind)


def public_paths(app: Flask) -> list[str]:
    """Every page of the blueprint, and where an address names something, one that names nothing."""
    spared = WITH_SESSION | {"public.page"}  # its names stand in PAGES
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("public.")]
    return sorted({*PAGES, *(path_of(app, rule) for rule in rules if rule.endpoint not in spared)})


@pytest.fixture
def known(app: Flask, make_operator, sign_in) -> Any:
    """A browser with a session, and with something to be told."""
    browser = sign_in(make_operator(), reader_of(app))
    browser.post("/get-quotes")
    return browser


def test_sp16_no_public_page_sets_a_cookie_or_asks_who_is_there(app, client, known):
    for path in public_paths(app):
        for browser in (client, known):
            answer = browser.get(path)
            assert answer.status_code < 500, path
            assert "Set-Cookie" not in answer.headers, path


@pytest.mark.parametrize("path", [*PAGES, "/treatments/mesotherapy/cost?home=gb&currency=GBP", "/nope"])
def test_sp16_two_visitors_get_the_same_bytes(client, known, path):
    assert client.get(path).data == known.get(path).data


@pytest.mark.parametrize("path", PAGES)
def test_sp16_caches_may_keep_it(client, known, path):
    for browser in (client, known):
        allowed = browser.get(path).headers["Cache-Control"]
        assert "public" in allowed
        assert "no-store" not in allowed


def test_sp16_only_pages_that_show_preferences_differ_by_cookie(client):
    """A cache that is shared must not show somebody with a theme of their own the page of everyone else."""
    for path in (*PAGES, "/nope"):
        assert "Cookie" in client.get(path).headers["Vary"], path
    for path in ("/compare-prices.csv", "/sitemap.xml", "/robots.txt", "/.well-known/security.txt"):
        assert "Cookie" not in client.get(path).headers["Vary"], path


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/preferences", "/my/link", "/q/x", "/account/nope", "/d/x/y"])
def test_sp16_what_is_not_the_same_for_everyone_is_not_offered(client, path):
    assert "public" not in client.get(path).headers.get("Cache-Control", "")


def test_sp16_who_chose_preferences_is_served_apart(client):
    client.post("/preferences", data={"theme": "dark", "home": "DE", "currency": "EUR"})
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"


def test_sp16_the_one_page_with_a_form_is_kept_by_nobody(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert client.get("/preferences").headers["Cache-Control"] == "no-store"


def test_sp16_a_public_page_that_touches_the_session_is_told(client, monkeypatch):
    monkeypatch.setattr(pages, "market_figures", lambda: MarketFigures(session.get("x"), 0, 0, sample=False))
    with pytest.raises(SessionTouched):
        client.get("/transparency")


def test_sp16_in_production_it_finds_an_empty_one(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "PRODUCTION", True)
    monkeypatch.setattr(pages, "market_figures", lambda: MarketFigures(session.setdefault("x", 0), 0, 0, sample=False))
    assert "Set-Cookie" not in client.get("/transparency").headers
