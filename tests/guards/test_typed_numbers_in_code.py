"""A message in code types no duration and no limit: it is given the constant, or is held to it here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.foundation.values import pictures
from marketplace.foundation.values.durations import days
from marketplace.leads import request_actions
from marketplace.mail import smtp_outcomes
from marketplace.quote_requests import photos
from tests.browser import ROOT
from tests.guards.test_typed_numbers import TYPED

pytestmark = pytest.mark.usefixtures("app")
TRANSLATE = {"_", "_l", "gettext", "ngettext", "lazy_gettext", "marked"}
# Why a message may type a number: the words of codes stand below every package, so they cannot read a constant.
OPTIONS = ("In 1 to 3 months", "3 trips or more")  # what a patient selects
NOT_OPENED = ("the clinic's requests are open again after 24 hours",)  # no code opens such a review item


def held() -> tuple[str, ...]:
    """What the words of codes must say."""
    return (
        f"after {days(request_actions.OPEN_RETENTION)} nobody was chosen",
        f"{days(smtp_outcomes.GIVE_UP_AFTER)} are over",
        f"must be smaller than {pictures.MAX_BYTES // 2**20} MB",
        f"select up to {photos.MAX_PHOTOS} photos",
    )


def messages(source: str) -> Iterator[str]:
    """Every string that is handed to a function that translates."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in TRANSLATE:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def typed_in(source: str, *, may: tuple[str, ...] = ()) -> list[str]:
    """The messages that type a number and say none of what they may."""
    found = [text for text in messages(source) if TYPED.search(text)]
    return [text for text in found if not any(words in text for words in may)]


def modules() -> list[Path]:
    return sorted((ROOT / "marketplace").rglob("*.py"))


def test_no_message_types_a_number() -> None:
    may = (*held(), *OPTIONS, *NOT_OPENED)
    typed = {str(path): typed_in(path.read_text(), may=may) for path in modules()}
    assert {path: texts for path, texts in typed.items() if texts} == {}


def test_what_is_held_and_what_is_excepted_is_said_somewhere() -> None:
    said = "\n".join(text for path in modules() for text in messages(path.read_text()))
    assert [words for words in (*held(), *OPTIONS, *NOT_OPENED) if words not in said] == []


def test_a_typed_number_would_be_seen() -> None:
    source = '_l("Enter 80 characters or fewer"); gettext("Kept for %(time)s", time=1); flash(_("Kept for 180 days"))'
    assert typed_in(source) == ["Enter 80 characters or fewer", "Kept for 180 days"]
    assert typed_in(source, may=("80 characters", "for 180 days")) == []
