"""Opening hours in words, in the order of the week."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from marketplace.leads.deadlines import DAYS
from marketplace.web.opening_words import opening_words

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (
            {"sat": "10:00-17:00", "mon-fri": "10:00-20:00"},
            "Monday to Friday 10:00 to 20:00<br>Saturday 10:00 to 17:00<br>Closed on Sunday",
        ),
        ({"mon-sun": "00:00-23:59"}, "Monday to Sunday 00:00 to 23:59"),
        ({"wed": "09:00-12:00"}, "Closed Monday to Tuesday<br>Wednesday 09:00 to 12:00<br>Closed Thursday to Sunday"),
        ({}, "Not stated"),
    ],
)
def test_in_the_order_of_the_week(app: Flask, hours: dict[str, str], words: str) -> None:
    with app.test_request_context():
        assert str(opening_words(hours)) == words


@given(open_on=st.sets(st.sampled_from(DAYS), min_size=1), data=st.data())
def test_whatever_the_order_it_was_written_in(app: Flask, open_on: set[str], data: st.DataObject) -> None:
    written = data.draw(st.permutations(sorted(open_on)))
    with app.test_request_context():
        text = str(opening_words(dict.fromkeys(written, "10:00-18:00")))
    places = [text.index(name) for name in NAMES if name in text]
    assert places == sorted(places)
    assert not [code for code in DAYS if f"{code} " in text]
