"""A trailing slash, and what was copied along with a mailed link, lead to the page; nothing leads to another site."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.extensions import db
from marketplace.foundation.security import signed_links
from tests.conftest import reader_of
from tests.factories import Make
from tests.world import World, every_rule


def path_of_a_link(make_quote: Make) -> str:
    link = signed_links.issue("page", subject_id=make_quote().request_id, lifetime=timedelta(days=7))
    db.session.commit()
    return f"/q/{signed_links.token_of(link)}"


def test_every_page_has_one_address(app: Flask, world: World) -> None:
    browser = app.test_client()
    for method, rule in every_rule(app):
        path = world.path(rule)
        if path != "/":
            answer = browser.open(f"{path}/?a=1&b=%C3%A9", method=method, headers={"Origin": "http://localhost"})
            assert (answer.status_code, answer.headers.get("Location")) == (308, f"{path}?a=1&b=%C3%A9"), rule


@pytest.mark.parametrize("path", ["/nothing/", "/clinics/a/b/c/", "/operator/nothing/", "/assets/"])
def test_what_is_not_there_is_not_found(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "//evil.example/clinics/", "/./evil/", "//x/"])
def test_no_address_leads_to_another_site(client: Any, path: str) -> None:
    assert client.get("/", environ_overrides={"PATH_INFO": path}).status_code == 404


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("/\\.@:?#%evil clinics\t\u200b", max_size=25))
def test_whatever_is_asked_for_leads_nowhere_else(app: Flask, text: str) -> None:
    answer = app.test_client().get("/", environ_overrides={"PATH_INFO": f"/{text}/".encode().decode("latin-1")})
    location = answer.headers.get("Location", "/").removeprefix("http://localhost")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("after", [".", ">", ")", "),", "”", "\u200b", "%20", ">/", "/"])
def test_a_link_copied_with_what_stood_behind_it_opens(client: Any, make_quote: Make, after: str) -> None:
    path = path_of_a_link(make_quote)
    answer = client.get(f"{path}{after}?to=compare")
    assert (answer.status_code, answer.location) == (308, f"{path}?to=compare")
    assert client.get(answer.location).status_code == 303


@pytest.mark.parametrize("after", ["=", "==", "+", "A", "_", "-"])
def test_another_spelling_is_no_token(client: Any, make_quote: Make, after: str) -> None:
    assert client.get(path_of_a_link(make_quote) + after).status_code == 404


def test_the_page_below_a_link_too(client: Any, make_request: Make) -> None:
    link = signed_links.issue("confirm", subject_id=make_request().id, lifetime=timedelta(days=2))
    path = f"/q/{signed_links.token_of(link)}/confirm"
    db.session.commit()
    assert client.get(path + ">").location == path


def test_where_no_link_is_meant_nothing_is_cut(app: Flask) -> None:
    assert reader_of(app).get("/clinics.").status_code == 404
