"""What a public page asks the database: a few statements, however many clinics it shows."""

import pytest
from flask import Flask

from marketplace.clinics import facets
from marketplace.extensions import db
from tests.conftest import reader_of
from tests.factories import build_clinic
from tests.statements import statements_sent

FILTERS = (
    "",
    "?country=tr",
    "?country=tr&procedure=facial&language=en",
    "?q=lale",
    "?sort=price&max_price=100",
    "?page=2",
)


PING = "SELECT 1"  # where a connection lay idle on a slow machine


@pytest.fixture
def shop(own_app: Flask) -> Flask:
    """Thirty clinics, on a database of its own: the test's connection is the site's."""
    with own_app.app_context():
        for n in range(30):
            build_clinic(f"Clinic Lale {n}", slug=f"clinic-lale-{n}")
        facets.rebuild()
        db.session.commit()
    return own_app


def sent_for(shop: Flask, path: str, *, times: int) -> int:
    """How many statements are sent for a page that is asked for so often, with those of a new connection.

    The fewest of three goes: on a slow machine a connection may be tried or opened again between two pages.
    """
    return min(_sent_once(shop, path, times) for _ in range(3))


def _sent_once(shop: Flask, path: str, times: int) -> int:
    reader = reader_of(shop)
    with statements_sent(shop) as sent:
        for _ in range(times):
            assert len(reader.get(path).page.all("h2")) > 2
    return len([statement for statement in sent if statement != PING])


@pytest.mark.parametrize("path", [f"/clinics{query}" for query in FILTERS])
def test_a_list_of_clinics_costs_two_statements(shop: Flask, path: str) -> None:
    _first, one, two = (sent_for(shop, path, times=times) for times in (1, 1, 2))
    assert two - one == 2


PAGES = {
    "/clinic/clinic-lale-1": 1,
    "/treatments/mesotherapy": 1,
    "/treatments/mesotherapy/cost": 1,
    "/treatments/mesotherapy/turkey": 3,
}


@pytest.mark.parametrize("path", PAGES)
def test_other_pages_cost_few(shop: Flask, path: str) -> None:
    _first, one, two = (sent_for(shop, path, times=times) for times in (1, 1, 2))
    assert 0 < two - one <= PAGES[path]


def test_the_counts_are_read_only_where_they_changed(shop: Flask) -> None:
    reader = reader_of(shop)
    reader.get("/clinics")
    with statements_sent(shop) as sent:
        reader.get("/clinics")
    assert [statement for statement in sent if "listing_facet" in statement] == []
