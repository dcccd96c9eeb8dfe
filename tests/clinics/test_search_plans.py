"""Search at size: what a hundred thousand clinics cost is read off the plans, not measured."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import case, event, func, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from marketplace.clinics import facets
from marketplace.clinics.list_cursor import turn_of
from marketplace.clinics.market import market
from marketplace.clinics.search import ClinicFilter, ListPage, search
from marketplace.clinics.summaries import ClinicCard
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from tests.conftest import on_own_database

CLINICS = 100_000
MAX_PRICE = 10_000
MOST = 5_000  # cards that are read for a page
FILL = f"""
SET session_replication_role = replica;
INSERT INTO clinic_card SELECT gen_random_uuid(), 'c-' || n, 'Clinic ' || n, 'TR', city, '{{en}}', '{{doctor}}', 'EUR',
    false, 6, 6, ARRAY[current_date + 99], current_date, current_date + 99, current_date + 99, n % 999, 6000,
    '{{"facial": [6000, 9000]}}', concat_ws(' ', 'clinic', 'word' || n % 20000, lower(city), kind, late),
    94 * 4294967296 + n % 999, n % 999, 6000 + n % 777, hashint8extended(n, 7)
FROM generate_series(1, {CLINICS}) AS n CROSS JOIN LATERAL (
    SELECT 'City' || n % 50 AS city, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END AS kind,
        CASE WHEN n % 999 > 978 THEN 'late' END AS late
) AS words;
INSERT INTO search_word SELECT word, shortened(word) FROM (
    SELECT DISTINCT unnest(string_to_array(search_text, ' ')) AS word FROM clinic_card
) AS found;
INSERT INTO search_tier SELECT DISTINCT unnest(ARRAY[
    search_tier_of('#c', checks_rank, shuffle), search_tier_of('#r', reply_rank, shuffle),
    search_tier_of('#p', price_rank, shuffle)
]) FROM clinic_card;
ANALYZE clinic_card; ANALYZE search_word;
"""


@pytest.fixture(scope="module")
def large(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Flask]:
    """A hundred thousand clinics: all have one word in common, two thousand their city, five a word of their own."""
    with on_own_database(postgres, template_database) as app:
        with app.app_context():
            with psycopg.connect(postgres.url("postgres", str(db.engine.url.database))) as connection:
                connection.execute(FILL)
            use_role(DatabaseRole.WORKER)
            facets.rebuild()
            db.session.commit()
        yield app


def plan_nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from plan_nodes(part)


def planned(app: Flask, **asked: Any) -> tuple[list[dict[str, Any]], ListPage]:
    """The steps in which PostgreSQL answered the statement of a search's page; and the page."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        sent.append((statement, values))

    with app.test_request_context():
        use_role(DatabaseRole.WORKER)
        known = market(asked["q"]).known(ClinicFilter(**asked))
        event.listen(db.engine, "before_cursor_execute", note)
        found = search(ClinicFilter(**asked), known=known)
        event.remove(db.engine, "before_cursor_execute", note)
        [(statement, values)] = sent
        explained = db.session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
        return list(plan_nodes(explained.scalar_one()[0]["Plan"])), found


def read(app: Flask, **asked: Any) -> tuple[float, ListPage]:
    """How many cards the statement of a search's page read, those that it dropped included; and the page."""
    nodes, found = planned(app, **asked)
    return sum(looked_at(node) for node in nodes if node.get("Relation Name") == "clinic_card"), found


def looked_at(node: dict[str, Any]) -> float:
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + dropped) * node["Actual Loops"])


@pytest.mark.parametrize(
    "asked",
    [
        *({"q": q} for q in ("clinic", "word77", "wrod77", "word7", "clinic city7", "turkey word123", "turkey", "odd")),
        *({"q": q} for q in ("late", "odd late", "late clinic", "english city7", "odd clinic english")),
        *({"q": "late", "sort": sort} for sort in ("reply", "price")),
        {"q": "odd", "page": 5},
        {"q": "odd", "country": "TR", "language": "en", "max_price": 6500},
    ],
    ids=str,
)
def test_a_search_reads_a_small_part_of_the_cards(large: Flask, asked: dict[str, Any]) -> None:
    cards, found = read(large, **asked)
    assert found.rows
    assert cards < MOST


def test_a_highest_price_asks_the_index_for_no_price_that_nobody_has(large: Flask) -> None:
    """Each tier of prices that is asked for is looked up and compared again for each card that is met."""
    nodes, found = planned(large, q="odd", max_price=6500)
    blocks = [node["Shared Hit Blocks"] for node in nodes if node.get("Index Name") == "ix_clinic_card_terms"]
    assert found.rows
    assert max(blocks) < 200


@pytest.mark.parametrize("q", ["odd even", "city7 city8", "late nobody", "odd even clinic", "turkey finnish"])
def test_what_nobody_has_is_known_without_reading_cards(large: Flask, q: str) -> None:
    cards, found = read(large, q=q)
    assert (cards, found.rows, found.total.number) == (0, [], 0)


@pytest.mark.parametrize("q", ["late", "odd late", "clinic"])
@pytest.mark.parametrize("max_price", [None, 6300])
def test_many_come_in_the_order_of_the_list(large: Flask, q: str, max_price: int | None) -> None:
    """Page after page, as if all of them had been sorted."""
    asked = partial(ClinicFilter, q=q, max_price=max_price)
    with large.app_context():
        market(q)
        whole = [row.clinic_id for page in range(1, 6) for row in search(asked(page=page)).rows]
        pages = [search(asked())]
        for _ in range(4):
            pages.append(search(asked(after=pages[-1].after)))
        back = search(asked(before=pages[-1].before))
        words = func.string_to_array(ClinicCard.search_text, " ", type_=ARRAY(TEXT)).contains(q.split())
        half = case((ClinicCard.shuffle < turn_of(clock.today()), 1), else_=0)
        wanted = words, ClinicCard.price_rank <= (max_price or MAX_PRICE)
        query = select(ClinicCard.clinic_id).where(*wanted).order_by(ClinicCard.checks_rank, half, ClinicCard.shuffle)
        assert whole == list(db.session.scalars(query.limit(len(whole))))
        assert whole == [row.clinic_id for page in pages for row in page.rows]
        assert [row.clinic_id for row in back.rows] == [row.clinic_id for row in pages[-2].rows]
