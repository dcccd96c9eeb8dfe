"""Plans of an inbox of 100,000 requests: every list and page is read from an index, under the clinic's role."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import event

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.engines import read_as_clinic
from marketplace.leads.states import TABS
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.quotes.inbox import MAX_PAGE, PAGE, InboxFilter, InboxPlace, inbox
from marketplace.quotes.inbox_statement import COUNTED_TO
from tests.conftest import on_own_database
from tests.factories import build_clinic

LEADS = 100_000
PAGE_ROWS = 2_000  # of leads, and of what belongs to them, for the rows of a page
MAX_SORTED = 150
GROW = {"lead", "quote_request", "consent", "photo", "message", "quote", "deletion_duty"}
LISTS = [(tab, unread) for tab in (None, *TABS) for unread in (False, True) if tab or unread]
# Most are new, none is won; a few of the quoted have an unread message. Every fifth is another clinic's.
_FILL: LiteralString = """
CREATE TEMPORARY TABLE made AS
SELECT n, md5('r' || n)::uuid AS request, (ARRAY[%(busy)s, %(other)s]::uuid[])[1 + (n %% 5) / 4] AS clinic,
    (ARRAY['new', 'opened', 'expired', 'new', 'new', 'new', 'asked', 'quoted', 'quoted', 'declined'])[1 + n / 7 %% 10]
    AS state, now() - interval '1 minute' * (n / 2) AS at
FROM generate_series(1, %(leads)s) AS n;
INSERT INTO quote_request (id, created_at, ref, locale, state, draft_at, open_at, last_answered_at, treatment_id,
    procedure_answered, home_country, destinations, where_answered, timing, trips, share_budget, budget_answered,
    languages, wait_without_clinic, share_health, aftercare, data_key, name_sealed, contact_sealed, email_hash)
SELECT request, at, 'MQ-' || n, 'en', 'open', at, at, at, (SELECT id FROM treatment LIMIT 1), true, 'GB', '{}', true,
    'quarter', '2', false, true, '{en}', false, true, false, 'x', 'x', 'x', 'x' FROM made;
INSERT INTO consent (id, request_id, clinic_id, purpose, act, number, text, version, at)
SELECT gen_random_uuid(), request, clinic, 'health', 'given', 1, 'I agree', '1', at FROM made;
INSERT INTO lead (id, created_at, request_id, clinic_id, state, new_at, opened_at, asked_at, quoted_at, declined_at,
    expired_at, decline_reason, due_at, clock_started_at, frozen_seconds, unread_messages, is_gone, inbox_tab)
SELECT gen_random_uuid(), at, request, clinic, state, at, at, at, at, at, at, 'no_dates', at + interval '2 days', at, 0,
    CASE WHEN state = 'quoted' AND n %% 100 = 0 THEN 1 ELSE 0 END, false, inbox_tab_of(state, NULL, false) FROM made;
DROP TABLE made
"""


@pytest.fixture(scope="module")
def busy(postgres: EmbeddedPostgres, template_database: str) -> Iterator[UUID]:
    """A clinic with most of 100,000 leads, in the context of its app."""
    with on_own_database(postgres, template_database) as app, app.app_context():
        clinics = {name: build_clinic(f"Clinic {name}").id for name in ("busy", "other")}
        db.session.commit()
        url = postgres.url("postgres", str(db.engine.url.database))
        with psycopg.connect(url, autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(_FILL, {"leads": LEADS, **clinics})
            cursor.execute("VACUUM ANALYZE lead, quote_request, consent")
        yield clinics["busy"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def explained(clinic_id: UUID, wanted: InboxFilter) -> list[dict[str, Any]]:
    """The nodes of the plan by which a page is read, with the rows that each of them saw."""
    read_as_clinic(clinic_id)
    sent: list[tuple[str, Any]] = []
    connection = db.session.connection()

    def note(_connection: object, _cursor: object, statement: str, given: Any, *_rest: object) -> None:
        sent.append((statement, given))

    event.listen(connection, "before_cursor_execute", note)
    inbox(clinic_id, wanted)
    event.remove(connection, "before_cursor_execute", note)
    (statement, given) = max(sent, key=lambda each: len(each[0]))
    found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given).scalar_one()
    return list(nodes(found[0]["Plan"]))


def seen(node: dict[str, Any]) -> float:
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])


def stops_early(clinic_id: UUID, wanted: InboxFilter) -> None:
    plan = explained(clinic_id, wanted)
    scans = [
        (each["Node Type"], each.get("Index Name"), seen(each)) for each in plan if each.get("Relation Name") in GROW
    ]
    assert [scan for scan in scans if scan[0] == "Seq Scan"] == []
    offset = 0 if wanted.place else wanted.page * PAGE
    counts = (len(TABS) + 2) * (COUNTED_TO + 1)
    assert sum(rows for _type, _index, rows in scans) < PAGE_ROWS + counts + offset, scans
    assert [node for node in plan if "Sort" in node["Node Type"] and node["Actual Rows"] > MAX_SORTED] == []


@pytest.mark.parametrize(("tab", "unread"), LISTS, ids=str)
def test_each_list_is_read_from_an_index_and_stops_early(busy: UUID, tab: str | None, unread: bool) -> None:
    stops_early(busy, InboxFilter(tab, unread))
    stops_early(busy, InboxFilter(tab, unread, page=MAX_PAGE))
    middle = InboxPlace(tab, unread, clock.now() - timedelta(days=15), UUID(int=2**127))
    stops_early(busy, InboxFilter(tab, unread, after=middle))
    stops_early(busy, InboxFilter(tab, unread, before=middle))


def test_the_plan_is_of_a_great_inbox(busy: UUID) -> None:
    counts = [each["Actual Rows"] for each in explained(busy, InboxFilter("new")) if each["Node Type"] == "Limit"]
    assert counts.count(COUNTED_TO + 1) >= 3
