"""Paths are written in templates as people read them: each leads to a page there is."""

import re

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

from tests.guards.test_house import TEMPLATES

WRITTEN = re.compile(r'\s(?:href|action)="(/(?:[^"{]|\{\{.*?\}\})*)"')
STANDS_FOR = ("some-name", "1", "5e0b7a52-6d0e-4c53-9a51-d2b0f2a3c1de")  # a slug, a number, an id


def leads_somewhere(adapter: MapAdapter, link: str) -> bool:
    """Whether a path is a page's, with the same value for each of its parts that are filled in."""
    return any(
        is_page(adapter, re.sub(r"\{\{.*?\}\}", value, link).split("?")[0].split("#")[0]) for value in STANDS_FOR
    )


def is_page(adapter: MapAdapter, path: str) -> bool:
    try:
        adapter.match(path, method="GET")
    except NotFound:
        return False
    except (MethodNotAllowed, RequestRedirect):
        return True
    return True


def test_each_path_that_is_written_is_of_a_page(app: Flask) -> None:
    adapter = app.url_map.bind("site.example")
    links = {link for path in TEMPLATES for link in WRITTEN.findall(path.read_text())}
    assert len(links) > 40
    assert [link for link in sorted(links) if not leads_somewhere(adapter, link)] == []


@pytest.mark.parametrize(
    "link", ["/treatmens/{{ slug }}", "/account/sign-in", "/treatments/{{ slug }}/prices/list/all"]
)
def test_a_path_that_leads_nowhere_is_found(app: Flask, link: str) -> None:
    assert not leads_somewhere(app.url_map.bind("site.example"), link)
