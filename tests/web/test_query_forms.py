"""Forms in the address: what their lists say in HTML."""

from flask import Flask
from wtforms.widgets import Select

from marketplace.web.forms.query import QueryChoice, QueryForm
from tests.reading import Page


class Choice(QueryForm):
    """A list with what has to be escaped in it."""

    city = QueryChoice("City", choices=[("", "Any"), ('a"b', "<A & B>"), ("c", "C")], default="")


def test_a_list_says_what_wtforms_would_write(app: Flask) -> None:
    with app.test_request_context():
        field = Choice(data={"city": 'a"b'}).city
        ours, theirs = (Page(str(widget(field, required=False))).all("option") for widget in (field.widget, Select()))
        assert [(o.attrib, o.text) for o in ours] == [(o.attrib, o.text) for o in theirs]
        assert [o.get("value") for o in ours if "selected" in o.attrib] == ['a"b']
