"""A test client that reads every page it fetches and holds it to the conventions of the site."""

import re
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import g, has_app_context
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection
from werkzeug.test import TestResponse

from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, reset_role, use_role

INPUTS = ("input", "select", "textarea")
UNLABELLED = {"hidden", "submit", "button"}
HARMLESS = {"unexpected-doctype"}
SCRIPT_URL = re.compile(r"[\s\x00-\x1f]*(javascript|vbscript):", re.IGNORECASE)


class Page:
    """A parsed page."""

    def __init__(self, html: str) -> None:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root: Element = parser.parse(html)
        self.faults = [str(error) for error in parser.errors if error[1] not in HARMLESS]

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements with these attributes; class_ means one of its classes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [element for element in self.root.iter(tag) if _matches(element, wanted)]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only one."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} x {tag} {attributes}"
        return found[0]

    @property
    def h1(self) -> str:
        """The page's heading."""
        return words(self.one("h1"))

    @property
    def text(self) -> str:
        """All words of main."""
        return words(self.one("main"))

    def fields(self) -> dict[str, list[str]]:
        """What a browser would send of the first form that posts, untouched."""
        form = next(form for form in self.all("form") if form.get("method", "").lower() == "post")
        return form_fields(form)


def form_fields(form: Element) -> dict[str, list[str]]:
    """Names and values of a form as it stands."""
    sent: dict[str, list[str]] = {}
    for element in form.iter():
        name = element.get("name")
        if not name or element.tag not in INPUTS:
            continue
        value = _value(element)
        if value is not None:
            sent.setdefault(name, []).append(value)
    return sent


def _value(element: Element) -> str | None:
    if element.tag == "textarea":
        return (element.text or "").lstrip("\n")
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None] or options[:1]
        if not chosen:
            return None
        given = chosen[0].get("value")
        return words(chosen[0]) if given is None else given
    if element.get("type") in {"checkbox", "radio"} and element.get("checked") is None:
        return None
    return element.get("value", "")


def _begin_anew() -> None:
    """A test shares its context with the requests it makes: what it made is stored, no sign-in is carried over."""
    if has_app_context():
        g.__dict__.clear()
        if isinstance(db.engines[None], Connection):
            db.session.connection()
        reset_role()
        db.session.commit()
        db.session().info["unsaved"] = False


def words(element: Element) -> str:
    """Its text with single spaces."""
    return " ".join("".join(element.itertext()).split())


def _matches(element: Element, wanted: dict[str, str]) -> bool:
    return all(
        value in (element.get("class") or "").split() if name == "class" else element.get(name) == value
        for name, value in wanted.items()
    )


class Visitor(FlaskClient):
    """Fetches as a browser would; changes that were neither stored nor taken back fail the test."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Begins anew each time."""
        _begin_anew()
        self.application.extensions.pop("left_changes", None)
        response: TestResponse = super().open(*args, **kwargs)
        if has_app_context():
            use_role(DatabaseRole.WORKER)
        left = self.application.extensions.pop("left_changes", None)
        assert left is None, f"{left} left uncommitted changes"
        return response


class Reader(Visitor):
    """Complains as a careful reader would."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Reads what comes back."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 308} and response.data:
            response.page = Page(response.text)  # type: ignore[attr-defined]
            check(response.page, status=response.status_code)  # type: ignore[attr-defined]
        return response


def check(page: Page, *, status: int) -> None:
    """One h1, the title begins with it, unique ids, a label for every field, nothing inline, no password to be seen."""
    assert not page.faults, page.faults[:3]
    title = words(page.one("title"))
    begins = ("Error: " if page.all("div", role="alert") else "") + page.h1
    assert title.startswith(begins), f"title {title!r} does not begin with {begins!r} (status {status})"
    doubled = [name for name, n in Counter(e.get("id") for e in page.root.iter() if e.get("id")).items() if n > 1]
    assert not doubled, f"ids used twice: {doubled}"
    assert not inline(page)
    assert not bare_passwords(page)
    assert page.root.get("lang"), "no language"
    assert page.root.get("dir"), "no direction"
    _check_labels(page)
    for group in page.root.iter("fieldset"):
        if "data-exclusive-group" in group.attrib:
            assert any("data-exclusive" in box.attrib for box in group.iter("input")), "no answer clears the others"


def inline(page: Page) -> list[str]:
    """Styles and scripts that stand in the page itself, which its policy forbids."""
    found = ["style" for _style in page.all("style")]
    found += ["script" for s in page.all("script") if not s.get("src") and s.get("type") != "application/ld+json"]
    for element in page.root.iter():
        found += [name for name in element.attrib if name == "style" or str(name).startswith("on")]
        found += [value for value in element.attrib.values() if SCRIPT_URL.match(value)]
    return found


def bare_passwords(page: Page) -> list[str]:
    """Fields of a password that show it, cut it or keep the browser's own store of passwords away."""
    found = []
    for field in page.all("input"):
        if "password" in field.get("name", ""):
            helped = field.get("autocomplete") in {"current-password", "new-password"}
            cut = {"maxlength", "pattern", "readonly"} & set(field.attrib)
            if field.get("type") != "password" or field.get("value") or not helped or cut:
                found.append(field.get("name", ""))
    return found


def _check_labels(page: Page) -> None:
    labelled = {label.get("for") for label in page.all("label")}
    for tag in INPUTS:
        for field in page.all(tag):
            if field.get("type") in UNLABELLED:
                continue
            assert field.get("id") in labelled or field.get("aria-label"), f"no label: {field.attrib}"
