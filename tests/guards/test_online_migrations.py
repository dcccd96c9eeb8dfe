"""Revisions run while the site is in use: nobody is refused, and what was cut off is done to the end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from marketplace.backups import contents
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from migrations import online
from tests.factories import build_lead

REVOKED = (
    "INSERT INTO consent SELECT gen_random_uuid(), request_id, clinic_id, purpose, 'revoked', 2, text, version, now()"
    " FROM consent"
)


@contextmanager
def somebody(app: Flask, *statements: str, pause: float) -> Iterator[list[str]]:
    """One transaction that waits before each further statement; gives what it was refused with."""
    refused: list[str] = []
    begun = threading.Event()

    def work() -> None:
        try:
            with psycopg.connect(app.config["DATABASE_OWNER_URL"]) as connection:
                for statement in statements:
                    connection.execute(statement.encode())
                    begun.set()
                    time.sleep(pause)
        except psycopg.Error as error:
            refused.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait(10)
    yield refused
    thread.join(30)


def rows(app: Flask, query: str) -> list[tuple[object, ...]]:
    with contents.connect(app.config["BACKUP_DATABASE_URL"]) as connection:
        return connection.execute(query.encode()).fetchall()


def head(app: Flask) -> str:
    return str(rows(app, "SELECT version_num FROM alembic_version")[0][0])


def test_whoever_reads_a_lead_and_then_consents_is_not_refused(own_app: Flask) -> None:
    with own_app.app_context():
        newest = head(own_app)
        downgrade(revision="0016")
        consents = "LOCK TABLE consent IN ROW EXCLUSIVE MODE"  # as an insert does
        with somebody(own_app, "SELECT 1 FROM lead", consents, pause=1.5) as refused:
            upgrade()
    assert (refused, head(own_app)) == ([], newest)


def test_nobody_waits_long_behind_a_migration_that_waits(own_app: Flask) -> None:
    late = ("SET statement_timeout = '3s'", "SELECT 1 FROM lead")
    with own_app.app_context():
        newest = head(own_app)
        downgrade(revision="0017")
        with somebody(own_app, "SELECT 1 FROM lead", pause=5), somebody(own_app, *late, pause=0.7) as refused:
            upgrade()
    assert (refused, head(own_app)) == ([], newest)


@pytest.mark.parametrize(("before", "step"), [("0012", "build_index"), ("0016", "lock_at_once")])
def test_what_was_cut_off_is_done_to_the_end(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, before: str, step: str
) -> None:
    def cut(*_: str) -> None:
        raise InterruptedError

    with own_app.app_context():
        newest = head(own_app)
        build_lead()
        db.session.commit()
        db.session.remove()
        downgrade(revision=before)
        with monkeypatch.context() as patched:
            patched.setattr(online, step, cut)
            with pytest.raises(InterruptedError):
                upgrade()
        assert head(own_app) == before
        upgrade()
        use_role(DatabaseRole.WORKER)
        assert db.session.scalar(text("SELECT count(*) FROM consent WHERE purpose = 'request'")) == 1
        db.session.remove()
    assert head(own_app) == newest


def meanwhile(monkeypatch: pytest.MonkeyPatch, app: Flask, statement: str) -> None:
    """Somebody writes after the batches and before the exchange."""
    batches = online.in_batches

    def then_write(filling: str, *, table: str) -> None:
        batches(filling, table=table)
        if table == "consent":
            with psycopg.connect(app.config["DATABASE_OWNER_URL"]) as connection:
                connection.execute(statement.encode())

    monkeypatch.setattr(online, "in_batches", then_write)


def test_what_was_written_during_the_batches_is_taken_along(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    acts = "SELECT purpose, act FROM consent ORDER BY purpose, number"
    with own_app.app_context():
        build_lead()
        db.session.commit()
        db.session.remove()
        with monkeypatch.context() as patched:
            meanwhile(patched, own_app, REVOKED)
            downgrade(revision="0016")
        assert rows(own_app, "SELECT with_health, withdrawn_at IS NOT NULL FROM consent") == [(False, True)]
        with monkeypatch.context() as patched:
            meanwhile(patched, own_app, "UPDATE consent SET withdrawn_at = now(), with_health = true")
            upgrade()
    assert rows(own_app, acts) == [(p, act) for p in ("health", "request") for act in ("given", "revoked")]


def test_nothing_to_do_locks_nothing(own_app: Flask) -> None:
    with own_app.app_context(), somebody(own_app, "LOCK TABLE lead, consent", pause=2):
        began = time.monotonic()
        upgrade()
        assert time.monotonic() - began < 2


def test_the_policies_stand_at_a_revision_without_a_column_they_name(own_app: Flask) -> None:
    with own_app.app_context():
        downgrade(revision="0012")
        forced = text("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'message'")
        assert db.session.scalar(forced)
        db.session.remove()
        upgrade()
