"""What is kept of the cost page is never shown for another home, currency or course, nor are a reader's own figures."""

from typing import Any

import pytest
from flask import Flask

from tests.conftest import reader_of

COST = "/treatments/mesotherapy/cost"


def main(client: Any, query: str = "") -> str:
    text: str = client.get(f"{COST}?{query}").page.text
    return text


@pytest.mark.parametrize("query", ["home=us", "currency=EUR", "sessions=3", "plan=stay", "country=kr", "currency=XXX"])
def test_each_address_has_its_own(app: Flask, client: Any, query: str) -> None:
    usual = main(client)
    asked = main(reader_of(app), query)
    assert asked != usual
    assert (main(client), main(reader_of(app), query)) == (usual, asked)


@pytest.mark.parametrize("figure", ["own=777", "fare=777", "night=777"])
def test_own_figures_are_shown_to_nobody_else(app: Flask, db_session, figure: str) -> None:
    one, other = reader_of(app), reader_of(app)
    usual = main(other)
    assert main(one, figure) != usual
    assert main(one) != usual  # kept by a cookie of theirs
    assert main(other) == usual
