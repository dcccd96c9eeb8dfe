"""Parts of pages that are kept: what is shown is the key, no language is shown for another, nobody is in them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.support import NullTranslations
from flask import Flask
from flask_babel import force_locale, get_locale
from jinja2 import DictLoader, meta
from markupsafe import Markup

from marketplace.web.http.page_parts import Kept, kept, part, store
from marketplace.web.translation import DOMAIN

TEMPLATES = Path(__file__).parents[2] / "templates"
SOURCES = [*TEMPLATES.rglob("*.html"), *(TEMPLATES.parent / "marketplace" / "web").rglob("*.py")]
OF_A_READER = {"request", "session", "g", "csrf_token", "get_flashed_messages", "current_user", "url_for", "theme"}


@pytest.fixture
def parts(app: Flask, monkeypatch) -> Kept[Markup]:
    """A store with nothing in it, and two templates."""
    made = store()
    monkeypatch.setitem(app.extensions, "page_parts", made)
    texts = {"price.html": "{{ _('Price') }}: {{ price }}", "nosy.html": "{{ account_name }}"}
    monkeypatch.setattr(app.jinja_env, "loader", DictLoader(texts))
    monkeypatch.setattr(app.jinja_env, "cache", None)
    return made


class German(NullTranslations):
    """A catalogue with one text."""

    def ugettext(self, message: str) -> str:
        return {"Price": "Preis"}.get(message, message)


def test_a_changed_value_is_shown_at_once(app: Flask, parts: Kept[Markup]) -> None:
    with app.test_request_context():
        shown = [part("price.html", price=price) for price in ("£1", "£1", "£2", "<b>")]
    assert shown == ["Price: £1", "Price: £1", "Price: £2", "Price: &lt;b&gt;"]
    assert len(parts) == 3


def test_each_language_has_its_own(app: Flask, parts: Kept[Markup], monkeypatch) -> None:
    with app.test_request_context():
        assert part("price.html", price="£1") == "Price: £1"
        with force_locale("de"):
            monkeypatch.setitem(DOMAIN.found, get_locale(), German())
            assert part("price.html", price="£1") == "Preis: £1"
        assert part("price.html", price="£1") == "Price: £1"


def test_what_was_not_asked_for_longest_makes_room(app: Flask, monkeypatch) -> None:
    small = store(room=3000)
    monkeypatch.setitem(app.extensions, "page_parts", small)
    with app.test_request_context():
        assert [kept((n,), lambda n=n: Markup(f"part {n}")) for n in (1, 2, 1, 3)] == [
            "part 1",
            "part 2",
            "part 1",
            "part 3",
        ]
        assert len(small) == 2
        assert kept((1,), lambda: Markup("made anew")) == "part 1"
        assert kept((2,), lambda: Markup("made anew")) == "made anew"


def _parts_named() -> Iterator[str]:
    for path in SOURCES:
        yield from re.findall(r"\b(?:part|rendered)\(\s*[\"']([\w/.]+)[\"']", path.read_text("utf-8"))


def _read_with_it(app: Flask, name: str) -> set[str]:
    parsed = app.jinja_env.parse((TEMPLATES / name).read_text("utf-8"))
    others = {each for each in meta.find_referenced_templates(parsed) if each}
    return meta.find_undeclared_variables(parsed).union(*(_read_with_it(app, each) for each in others))


def test_no_part_reads_who_asks(app: Flask) -> None:
    named = sorted({*_parts_named()})
    assert "layouts/_footer.html" in named
    assert _read_with_it(app, "layouts/base.html") & OF_A_READER  # this would find them
    assert {name: read for name in named if (read := _read_with_it(app, name) & OF_A_READER)} == {}


def test_a_part_has_nothing_but_its_values(app: Flask, parts: Kept[Markup]) -> None:
    with app.test_request_context(), pytest.raises(Exception, match="account_name"):
        part("nosy.html")
