"""RP10: the previous release's database, full, is migrated up, down one and up again while people use it."""

import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from marketplace.backups import contents
from marketplace.extensions import db
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from tests.conftest import app_on

PREVIOUS = "0003"
REQUESTS = 100_000
LONGEST_LOCK = 5.0  # seconds

# Statements of the previous release's schema: they must not follow today's models. One request in five was erased.
CLINIC = """
    INSERT INTO clinic (id, slug, name, country, city, address, email, timezone, languages, currency, summary, hours,
        products, accepts_countries, target_reply_hours, daily_capacity, weekly_capacity, is_sample, search_text,
        listing_state, published_at, leads_sent, leads_answered, created_at)
    SELECT gen_random_uuid(), 'clinic-' || n, 'Clinic ' || n, 'TR', 'Istanbul', 'Sample Street', 'desk@clinic.example',
        'Europe/Istanbul', '{tr,en}', 'EUR', '', '{}', '{}', '{}', 24, 10, 40, true, 'clinic', 'published', now(), 0, 0,
        now()
    FROM generate_series(1, 2) AS n
"""
TREATMENT = """
    INSERT INTO treatment (id, slug, name, summary, concerns, sources, reviewed_on, next_review, loaded_digest)
    SELECT gen_random_uuid(), 'mesotherapy', 'Mesotherapy', '', '[]', '[]', now(), now(), ''
"""
REQUEST = """
    INSERT INTO quote_request (id, ref, locale, state, open_at, erased_at, touched_at, procedure_answered, home_country,
        destinations, where_answered, timing, trips, share_budget, budget_answered, languages, wait_without_clinic,
        share_health, aftercare, data_key, name_sealed, contact_sealed, email_hash, created_at)
    SELECT gen_random_uuid(), 'MQ-' || n, 'en', CASE WHEN n % 5 = 0 THEN 'erased' ELSE 'open' END, now(),
        CASE WHEN n % 5 = 0 THEN now() END, now(), true, 'GB', '{TR}', true, 'quarter', '2', false, true, '{en}', false,
        true, false, CASE WHEN n % 5 <> 0 THEN sha256(n::text::bytea) END, sha256('name'), sha256('contact'),
        sha256(n::text::bytea), now()
    FROM generate_series(1, %(requests)s) AS n
"""
CONSENT = """
    INSERT INTO consent (id, request_id, clinic_id, text, version, with_health, given_at)
    SELECT gen_random_uuid(), quote_request.id, clinic.id, 'I agree', '1', true, now() FROM quote_request, clinic
"""
LEAD = """
    INSERT INTO lead (id, request_id, clinic_id, state, new_at, due_at, created_at)
    SELECT gen_random_uuid(), request_id, clinic_id, 'new', now(), now(), now() FROM consent
"""
MESSAGE = """
    INSERT INTO message (id, lead_id, author, body_sealed, sent_at)
    SELECT gen_random_uuid(), id, 'clinic', sha256('body'), now() FROM lead
"""
EMAIL = """
    INSERT INTO email (id, name, audience, locale, state, waiting_at, sent_at, attempts, ambiguous, request_id, subject,
        recipient_sealed, text_sealed, html_sealed, created_at)
    SELECT gen_random_uuid(), 'your_link', 'patient', 'en', 'sent', now(), now(), 1, 0, quote_request.id, 'Your link',
        sha256('to'), convert_to(repeat('text ', 100), 'UTF8'), convert_to(repeat('<p>text</p>', 100), 'UTF8'), now()
    FROM quote_request, generate_series(1, 2)
"""
LINK = """
    INSERT INTO signed_link (id, purpose, subject_id, expires_at, created_at)
    SELECT gen_random_uuid(), 'page', id, now() + interval '7 days', now() FROM quote_request
"""
LOOK = """
    INSERT INTO look (id, request_id, actor, what, at) SELECT gen_random_uuid(), id, 'member:1', 'health', now()
    FROM quote_request
"""
STORY = """
    INSERT INTO timeline_entry (id, at, name, actor, request_id)
    SELECT gen_random_uuid(), now(), 'RequestConfirmed', 'patient', id FROM quote_request, generate_series(1, 4)
"""
ACCOUNT = """
    INSERT INTO account (id, email, name, active, fs_uniquifier, is_sample, last_login_ip, created_at)
    SELECT gen_random_uuid(), n || '@clinic.example', 'Someone', true, n, true, '192.0.2.1', now()
    FROM generate_series(1, 1000) AS n
"""
# One text became a row for each purpose.
ONCE = {"consent": "DISTINCT (request_id, clinic_id)"}
RENAMED = {"look": "access_record", "timeline_entry": "audit_entry"}
# What 0007 takes from requests that had lost their key only.
OF_ERASED = {
    "look": "SELECT count(*) FROM look JOIN quote_request r ON r.id = request_id WHERE r.state = 'erased'",
    "signed_link": "SELECT count(*) FROM signed_link JOIN quote_request r ON r.id = subject_id"
    " WHERE r.state = 'erased'",
    "message": "SELECT count(*) FROM message JOIN lead ON lead.id = lead_id JOIN quote_request r ON r.id = request_id"
    " WHERE r.state = 'erased'",
}


@pytest.fixture
def full(postgres: EmbeddedPostgres) -> Iterator[Flask]:
    """An app on a database as the previous release left it."""
    name = f"previous_{uuid4().hex}"
    postgres.create_database(name)
    app = app_on(postgres, name)
    with app.app_context():
        upgrade(revision=PREVIOUS)
    with contents.connect(app.config["DATABASE_OWNER_URL"]) as connection:
        for statement in (CLINIC, TREATMENT, REQUEST, CONSENT, LEAD, MESSAGE, EMAIL, LINK, LOOK, STORY, ACCOUNT):
            connection.execute(statement.replace("%(requests)s", str(REQUESTS)).encode())
    with psycopg.connect(app.config["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("ANALYZE")
    yield app
    with app.app_context():
        db.engine.dispose()
    postgres.drop_database(name)


class People(threading.Thread):
    """Someone who reads and writes all the time and notes the longest wait."""

    USE = (
        *(f"SELECT 1 FROM {table} LIMIT 1" for table in ("email", "lead", "signed_link", "account", "message")),
        "UPDATE quote_request SET locale = locale WHERE ref = 'MQ-1'",
        "UPDATE email SET attempts = 1 WHERE id = (SELECT id FROM email WHERE request_id ="
        " (SELECT id FROM quote_request WHERE ref = 'MQ-1') LIMIT 1)",
    )

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.done, self.longest, self.uses = url, threading.Event(), 0.0, 0

    def run(self) -> None:
        with psycopg.connect(self.url, autocommit=True, prepare_threshold=None) as connection:
            while not self.done.is_set():
                for statement in self.USE:
                    began = time.monotonic()
                    connection.execute(statement.encode())
                    self.longest, self.uses = max(self.longest, time.monotonic() - began), self.uses + 1
                time.sleep(0.01)

    def __enter__(self) -> "People":
        self.start()
        time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join(30)


def counted(app: Flask, names: set[str]) -> dict[str, int]:
    """Rows of these tables, whatever they are called by now."""
    with contents.connect(app.config["BACKUP_DATABASE_URL"]) as connection:
        present = set(contents.tables(connection))
        called = {name: name if name in present else RENAMED[name] for name in sorted(names)}
        return {
            name: one(connection, f"SELECT count({ONCE.get(name, '*')}) FROM {now}") for name, now in called.items()
        }


def one(connection: Any, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def migrate(app: Flask, how: Any, label: str, figure: Any) -> None:
    """While people use the site; none of them waits longer than allowed."""
    began = time.monotonic()
    with People(app.config["DATABASE_OWNER_URL"]) as people, app.app_context():
        how()
    took = time.monotonic() - began
    figure("RP10", f"{label}, {REQUESTS:,} requests", f"{took:.1f} s, longest wait {people.longest:.2f} s")
    assert people.uses > 20
    assert people.longest <= LONGEST_LOCK


def test_rp10_up_down_one_and_up_again_keeps_the_rows(full: Flask, figure: Any) -> None:
    with contents.connect(full.config["BACKUP_DATABASE_URL"]) as connection:
        names = set(contents.tables(connection)) - {"alembic_version"}
        wanted = {name: one(connection, query) for name, query in OF_ERASED.items()}
    before = counted(full, names)
    after = before | {name: before[name] - gone for name, gone in wanted.items()}
    assert before["quote_request"] == REQUESTS
    for how, label in ((upgrade, "up"), (downgrade, "down one"), (upgrade, "up again")):
        migrate(full, how, label, figure)
        assert counted(full, names) == after, label
