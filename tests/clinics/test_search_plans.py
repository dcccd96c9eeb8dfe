"""Search at size: what a hundred thousand clinics cost is read off the plans, not measured."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event

from marketplace.clinics import facets
from marketplace.clinics.market import market
from marketplace.clinics.search import ClinicFilter, search
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from tests.conftest import on_own_database

CLINICS = 100_000
FILL = f"""
SET session_replication_role = replica;
INSERT INTO clinic_card SELECT gen_random_uuid(), 'c-' || n, 'Clinic ' || n, 'TR', city, '{{en}}', '{{doctor}}', 'EUR',
    false, 6, 6, ARRAY[current_date + 99], current_date, current_date + 99, current_date + 99, n % 999, 6000,
    '{{"facial": [6000, 9000]}}', concat_ws(' ', 'clinic', 'word' || n % 20000, lower(city)),
    400000000000 + n % 999, n % 999, 6000, hashint8extended(n, 7)
FROM generate_series(1, {CLINICS}) AS n CROSS JOIN LATERAL (SELECT 'City' || n % 50 AS city) AS where_it_is;
INSERT INTO search_word SELECT word, shortened(word) FROM (
    SELECT DISTINCT unnest(string_to_array(search_text, ' ')) AS word FROM clinic_card
) AS found;
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


def looked_at(app: Flask, q: str) -> int:
    """How many cards the statement of a search's first page read, those that it dropped included."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        sent.append((statement, values))

    with app.test_request_context():
        use_role(DatabaseRole.WORKER)
        market(q)
        event.listen(db.engine, "before_cursor_execute", note)
        found = search(ClinicFilter(q=q))
        event.remove(db.engine, "before_cursor_execute", note)
        assert found.rows
        [(statement, values)] = sent
        explained = db.session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
        nodes = [
            node for node in plan_nodes(explained.scalar_one()[0]["Plan"]) if node.get("Relation Name") == "clinic_card"
        ]
    return sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in nodes)


@pytest.mark.parametrize("q", ["clinic", "word77", "wrod77", "word7", "clinic city7", "turkey word123", "turkey"])
def test_a_search_reads_a_small_part_of_the_cards(large: Flask, q: str) -> None:
    assert 0 < looked_at(large, q) < CLINICS / 10
