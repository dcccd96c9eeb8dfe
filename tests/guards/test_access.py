"""No route is forgotten: who may come in is decided by the door, for every rule of it and every method."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, url_for
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

from tests.factories import Make

OPEN = {"public", "patient", "assets", "dev_mail", "security"}
VALUES = {UUIDConverter: UUID(int=7), IntegerConverter: 1}


def path_of(app: Flask, rule: Rule) -> str:
    """The rule with values that name nothing."""
    names = {name: VALUES.get(type(rule._converters[name]), "x") for name in rule.arguments}
    with app.test_request_context():
        return url_for(rule.endpoint, **names)


def rules(app: Flask, door: str) -> list[tuple[str, str]]:
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(door + ".")]
    assert found
    return [(method, path_of(app, rule)) for rule in found for method in (rule.methods or set()) & {"GET", "POST"}]


def test_every_route_belongs_to_a_door(app: Flask) -> None:
    doors = {rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules() if "." in rule.endpoint}
    assert doors <= OPEN | {"dashboard", "operator", "account_pages", "account"}, doors


@pytest.mark.parametrize("door", ["dashboard", "operator"])
def test_who_is_signed_out_gets_the_sign_in_page(app: Flask, client: Any, door: str) -> None:
    for method, path in rules(app, door):
        answer = client.open(path, method=method)
        assert answer.status_code in {302, 303}, (method, path)
        assert answer.headers["Location"].startswith("/account/login"), (method, path)


def test_a_member_finds_no_operators_page(
    app: Flask, sign_in: Callable[..., Any], make_clinic: Make, make_member: Make
) -> None:
    browser = sign_in(make_member(make_clinic()))
    assert {browser.open(path, method=method).status_code for method, path in rules(app, "operator")} == {404}


def test_an_operator_finds_no_dashboard(app: Flask, sign_in: Callable[..., Any], make_operator: Make) -> None:
    browser = sign_in(make_operator())
    assert {browser.open(path, method=method).status_code for method, path in rules(app, "dashboard")} == {404}


def test_a_form_without_its_token_is_refused(app: Flask, client: Any) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for path in ("/get-quotes", "/my/link", "/account/login", "/preferences", "/q/x/confirm"):
            assert client.post(path, data={"email": "ana@patient.example"}).status_code == 400, path
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
