"""The cache of pages: nothing of anybody is ever kept, and what public pages read of an address is known to it."""

import pytest
from flask import Flask

from marketplace.web.http import page_cache, page_key
from marketplace.web.public.blueprint import PROBES, WITH_SESSION
from tests.reading import Page
from tests.web.public.test_pages import PAGES
from tests.world import ROLES, World, every_rule

SEARCHED = {"q"}  # each search counts towards a limit
FORMS = [*PAGES, "/treatments/mesotherapy/cost", "/clinics/turkey"]


class Believed:
    """A version that never moves: what a test changes is rolled back."""

    def current(self) -> int:
        return 1

    def tell(self, **_callbacks: object) -> None:
        pass


@pytest.fixture
def cache(app: Flask, monkeypatch) -> page_cache.PageCache:
    """The cache in front of the app of the tests, which here takes also requests with a session."""
    made = page_cache.PageCache(app.wsgi_app, Believed(), room=2**24, session_cookie="no such cookie")
    monkeypatch.setattr(app, "wsgi_app", made)
    return made


def test_no_page_of_anybody_is_kept(app: Flask, world: World, cache: page_cache.PageCache) -> None:
    for role in ROLES:
        for method, rule in every_rule(app):
            path = world.path(rule)
            world.visit(role, path, method=method)
            world.visit(role, f"{path.rstrip('/')}/nope", method="GET")
    kept = [page for store in (cache.pages, cache.refusals) for page, _size in store._pages.values()]
    endpoints = {page.endpoint for page in kept if page.endpoint}
    assert {"public.front", "public.clinic", "public.prices_csv"} <= endpoints
    assert {endpoint for endpoint in endpoints if not endpoint.startswith("public.")} == set()
    assert not endpoints & (WITH_SESSION | PROBES)
    for page in kept:
        headers = {name.lower(): value for name, value in page.headers}
        assert "set-cookie" not in headers
        assert headers["cache-control"] == page_cache.FOR_EVERYONE


def test_made_up_addresses_are_kept_only_where_none_holds_a_token(app: Flask, world, cache) -> None:
    parts = {key[0].split("/")[1] for key in cache.refusals._pages}
    assert not parts & app.extensions["private_parts"]


@pytest.mark.parametrize("path", FORMS)
def test_what_a_public_form_asks_is_part_of_the_key(client, path: str) -> None:
    """What is missing is rendered each time."""
    forms = [form for form in Page(client.get(path).text).all("form") if form.get("method", "get").lower() == "get"]
    names = {field.get("name") for form in forms for tag in ("input", "select") for field in form.iter(tag)}
    assert names - {None} - SEARCHED <= page_key.PARAMETERS


def test_every_public_page_is_offered_to_caches(app: Flask, world: World, cache: page_cache.PageCache) -> None:
    for method, rule in every_rule(app):
        if rule.endpoint.startswith("public.") and method == "GET" and rule.endpoint not in WITH_SESSION | PROBES:
            answer = world.visit("anonymous", world.path(rule), method="GET")
            assert answer.headers["Cache-Control"] == page_cache.FOR_EVERYONE, rule.rule
