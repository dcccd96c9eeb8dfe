"""Plans among 100,000 clinics: every filter and order of the list is read from an index, and stops early."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any, LiteralString

import pytest
from flask import Flask
from sqlalchemy.dialects import postgresql

from marketplace.clinics import facets, search
from marketplace.clinics.list_cursor import SORTS, RankedCursor, turn_of
from marketplace.clinics.market import market
from marketplace.clinics.search import ClinicFilter
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.engines import read_as_public
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from tests.clinics.crowd import fill
from tests.conftest import on_own_database

pytestmark = pytest.mark.xdist_group("crowd")
CLINICS = 100_000
MAX_ROWS = 8_000  # that are looked at for a page
RARE_ROWS = (
    20_000  # the same for a price of few: in the page's order until enough are met, or all of that price, sorted
)
FILTERS: list[dict[str, Any]] = [
    {},
    {"country": "TR"},
    {"country": "US"},
    {"city": "PL city 3"},
    {"country": "PL", "city": "PL city 3"},
    {"country": "TR", "city": "PL city 3"},
    {"language": "en"},
    {"language": "fi"},
    {"language": "none speaks it"},
    {"treatment": "mesotherapy"},
    {"procedure": "scalp"},
    {"country": "TR", "procedure": "scalp", "language": "en"},
    {"country": "TH", "procedure": "scalp", "language": "fi", "max_price": 9000},
    {"max_price": 9000},
    {"max_price": 3500},
    {"country": "TR", "procedure": "facial", "max_price": 9000},
]


@pytest.fixture(scope="module")
def crowd(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Flask]:
    """A site with 100,000 listed clinics."""
    with on_own_database(postgres, template_database) as app, app.app_context():
        _crowd(postgres, CLINICS)
        yield app


def _crowd(postgres: EmbeddedPostgres, clinics: int, *, then: LiteralString = "") -> None:
    fill(postgres.url("marketplace_owner", str(db.engine.url.database)), clinics, then=then)
    use_role(DatabaseRole.WORKER)
    facets.rebuild()
    db.session.commit()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def explained(wanted: ClinicFilter) -> list[dict[str, Any]]:
    """The nodes of the plan by which the page is read, with the rows that each of them saw."""
    read_as_public()
    statement, values = search.asked(wanted, market().known(wanted))
    made = statement.compile(dialect=postgresql.psycopg.dialect())
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {made}"
    found = db.session.connection().exec_driver_sql(explain, made.construct_params(values)).scalar_one()
    return list(nodes(found[0]["Plan"]))


def seen(node: dict[str, Any]) -> float:
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])


def stops_early(wanted: ClinicFilter, *, within: int = MAX_ROWS) -> None:
    plan = explained(wanted)
    grows = [node for node in plan if node.get("Relation Name") in {"clinic_card", "clinic_offer"}]
    scans = [(node["Node Type"], node.get("Index Name"), seen(node)) for node in grows]
    assert [scan for scan in scans if scan[0] == "Seq Scan"] == []
    assert sum(rows for _type, _index, rows in scans) < within, scans


@pytest.mark.parametrize(("asked", "sort"), list(product(FILTERS, SORTS)), ids=str)
def test_a_filtered_list_is_read_from_an_index_and_stops_early(crowd: Flask, asked: dict[str, Any], sort: str) -> None:
    stops_early(ClinicFilter(**asked, sort=sort))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("most", [3000, 3200])
def test_a_price_of_few_is_read_by_either_way(crowd: Flask, most: int, sort: str) -> None:
    stops_early(ClinicFilter(max_price=most, sort=sort), within=RARE_ROWS)


@pytest.mark.parametrize("sort", ["checks", "reply", "price"])
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("of", [{}, {"country": "TR"}, {"procedure": "scalp"}], ids=str)
def test_a_page_far_inside_is_read_like_the_first(crowd: Flask, sort: str, half: int, of: dict[str, str]) -> None:
    middle = {"checks": (100 - 4) * 2**32, "reply": 900, "price": 15_000}[sort]
    place = RankedCursor(sort, clock.today(), half, middle, 0)
    stops_early(ClinicFilter(sort=sort, after=place, **of))
    stops_early(ClinicFilter(sort=sort, before=place, **of))


EQUAL = "UPDATE clinic_card SET checks_rank = 1, reply_rank = 1, price_rank = 1"


@pytest.mark.parametrize("sort", ["checks", "reply", "price"])
def test_among_equals_the_list_leaps_to_its_turn(postgres: EmbeddedPostgres, template_database: str, sort: str) -> None:
    with on_own_database(postgres, template_database) as app, app.app_context():
        _crowd(postgres, 5_000, then=EQUAL)
        late = next(now for now in map(_days_on, range(99)) if turn_of(now.date()) > 2**62)
        with clock.set_to(late):
            plan = explained(ClinicFilter(sort=sort))
    leaps = [node["Index Searches"] for node in plan if node.get("Index Name") == f"ix_clinic_card_{sort}"]
    assert leaps == [2, 1]


def _days_on(days: int) -> datetime:
    return clock.now() + timedelta(days=days)


def test_the_last_page_by_number_is_read_from_an_index(crowd: Flask) -> None:
    stops_early(ClinicFilter(page=search.MAX_PAGE))
