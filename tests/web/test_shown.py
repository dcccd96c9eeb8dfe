"""A page that asks for agreement carries what it showed: any change of it is seen, and nothing else is."""

import string
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.web.forms.agreeing import MAX_LENGTH, Changes, Shown

NAMES = st.text(string.ascii_lowercase + string.digits + ".-", min_size=1, max_size=30)
VALUES = st.text(max_size=40) | st.lists(st.text(max_size=8), max_size=4) | st.integers() | st.none()
FACTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=20)
EASY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@EASY
@given(facts=FACTS, data=st.data())
def test_any_change_of_any_fact_is_seen_and_named(app: Flask, facts: dict[str, Any], data: Any) -> None:
    name = data.draw(st.sampled_from(sorted(facts)))
    other = data.draw(VALUES.filter(lambda value: value != facts[name] or type(value) is not type(facts[name])))
    with app.app_context():
        before = Shown(("check", "1"), facts)
        changes = Shown(("check", "1"), {**facts, name: other}).changes_since(before.value)
        assert changes.changed == {name}


@EASY
@given(facts=FACTS)
def test_the_same_in_another_order_is_the_same(app: Flask, facts: dict[str, Any]) -> None:
    with app.app_context():
        before = Shown(("check", "1"), facts)
        after = Shown(("check", "1"), dict(reversed(facts.items())))
        assert not after.changes_since(before.value)


@EASY
@given(facts=FACTS, extra=NAMES)
def test_what_comes_and_what_goes_is_a_change(app: Flask, facts: dict[str, Any], extra: str) -> None:
    more = {**facts, extra + "+": "new"}
    with app.app_context():
        fewer_shown, more_shown = (Shown(("check", "1"), each) for each in (facts, more))
        assert more_shown.changes_since(fewer_shown.value).changed == {extra + "+"}
        assert fewer_shown.changes_since(more_shown.value).gone == (extra + "+",)


def test_what_was_not_agreed_to_stops_nobody(app: Flask) -> None:
    with app.app_context():
        before = Shown(("more", "1"), {"clinic.lale": "a", "clinic.nar": "b"})
        after = Shown(("more", "1"), {"clinic.lale": "a", "clinic.nar": "changed"})
        assert not after.changes_since(before.value, among={"clinic.lale"})
        assert after.changes_since(before.value, among={"clinic.nar"}).changed == {"clinic.nar"}


@EASY
@given(value=st.text(max_size=200) | st.text("a=; ", max_size=200) | st.just("a=1 " * MAX_LENGTH))
def test_whatever_is_sent_agrees_to_nothing(app: Flask, value: str) -> None:
    with app.app_context():
        assert Shown(("check", "1"), {"name": "Ana"}).changes_since(value)


def test_another_page_or_another_request_does_not_fit(app: Flask) -> None:
    with app.app_context():
        value = Shown(("check", "1"), {"name": "Ana"}).value
        for page in (("check", "2"), ("confirm", "1")):
            assert Shown(page, {"name": "Ana"}).changes_since(value).changed == {"name"}


def test_nothing_sent_is_not_known(app: Flask) -> None:
    with app.app_context():
        assert Shown(("check", "1"), {"name": "Ana"}).changes_since("") == Changes(known=False)
