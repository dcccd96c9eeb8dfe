"""The database ends what takes too long, by who waits for it."""

import time

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from marketplace import worker
from marketplace.backups.contents import connect
from marketplace.extensions import db
from marketplace.foundation.database import timeouts, transactions
from marketplace.foundation.database.roles import as_system
from marketplace.web.public import pages
from tests.working import work_off

NAMES = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def in_force() -> list[str]:
    return [str(db.session.scalar(text(f"SHOW {name}"))) for name in NAMES]


def test_a_request_waits_five_seconds(own_app: Flask) -> None:
    with own_app.test_request_context("/"):
        assert in_force() == ["5s", "2s", "10s"]


def test_a_command_takes_the_time_it_needs(own_app: Flask) -> None:
    with own_app.app_context():
        assert in_force() == ["0", "0", "0"]


def test_a_job_has_a_minute(own_app: Flask) -> None:
    timeouts.limit_process(own_app, timeouts.WORKER)
    with own_app.app_context():
        assert in_force() == ["1min", "2s", "1min"]


def test_working_limits_the_process(own_app: Flask) -> None:
    work_off(own_app)
    with own_app.app_context():
        assert in_force() == ["1min", "2s", "1min"]


def test_the_queue_itself_has_a_minute(own_app: Flask) -> None:
    pool = worker._connector(own_app)._pool_args
    with psycopg.connect(pool["conninfo"], **pool["kwargs"]) as connection:
        assert [connection.execute(f"SHOW {name}").fetchone()[0] for name in NAMES] == ["1min", "2s", "1min"]


def test_what_the_url_asks_for_is_kept(own_app: Flask) -> None:
    own_app.config["SQLALCHEMY_DATABASE_URI"] += "&options=-c%20geqo%3Doff"
    assert worker._connector(own_app)._pool_args["kwargs"]["options"].startswith("-c geqo=off -c statement_timeout=60s")


def too_long() -> dict[str, str]:
    db.session.execute(text("SELECT pg_sleep(2)"))
    return {}


def behind_a_lock() -> dict[str, str]:
    db.session.execute(text("SELECT pg_advisory_xact_lock(1)"))
    return {}


def idle() -> dict[str, str]:
    with as_system():
        db.session.execute(text("SELECT 1"))
        time.sleep(0.4)
        db.session.execute(text("SELECT 1"))
    return {}


@pytest.mark.parametrize("name", NAMES)
def test_who_waits_in_vain_is_told_to_come_back(own_app: Flask, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    waiting = dict(zip(NAMES, (too_long, behind_a_lock, idle), strict=True))[name]
    monkeypatch.setitem(timeouts.WEB.settings, name, "150ms")
    client = own_app.test_client()
    with own_app.app_context(), db.engine.connect() as other, monkeypatch.context() as patch:
        other.execute(text("SET idle_in_transaction_session_timeout = '20s'"))
        other.execute(text("SELECT pg_advisory_xact_lock(1)"))
        patch.setattr(pages, "ready", waiting)
        answer = client.get("/readyz")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
    assert client.get("/readyz").status_code == 200


def test_a_connection_the_server_ended_is_replaced_unseen(own_app: Flask) -> None:
    client = own_app.test_client()
    assert client.get("/readyz").status_code == 200
    with psycopg.connect(own_app.config["SQLALCHEMY_DATABASE_URI"], autocommit=True) as other:
        ended = other.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended is not None
    assert ended[0] > 0
    assert client.get("/readyz").status_code == 200


def asked_of(raw: psycopg.Connection) -> dict[str, str]:
    """What libpq was told; it leaves out nothing that it does not know."""
    told = {option.keyword.decode(): (option.val or b"").decode() for option in raw.pgconn.info}
    return {name: value for name, value in told.items() if name.startswith(("keepalives", "tcp_user", "connect_t"))}


def the_webs(app: Flask) -> dict[str, str]:
    return asked_of(db.engine.raw_connection().driver_connection)


def those_beside_it(app: Flask) -> dict[str, str]:
    return asked_of(transactions.autocommit_engine().raw_connection().driver_connection)


def the_queues(app: Flask) -> dict[str, str]:
    pool = worker._connector(app)._pool_args
    with psycopg.connect(pool["conninfo"], **pool["kwargs"]) as connection:
        return asked_of(connection)


def the_backups(app: Flask) -> dict[str, str]:
    with connect(app.config["BACKUP_DATABASE_URL"]) as connection:
        return asked_of(connection)


@pytest.mark.parametrize("told", [the_webs, those_beside_it, the_queues, the_backups])
def test_a_server_that_vanished_is_noticed_within_twenty_seconds(limited_app: Flask, told) -> None:
    with limited_app.app_context():
        asked = {name: int(value) for name, value in told(limited_app).items()}
    assert asked["connect_timeout"] <= 5
    assert (asked["tcp_user_timeout"], asked["keepalives"]) == (20_000, 1)
    assert asked["keepalives_idle"] + asked["keepalives_interval"] * asked["keepalives_count"] <= 20


def lost() -> dict[str, str]:
    pid = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    db.session.execute(text("SELECT 1"))
    return {}


@pytest.mark.parametrize("fate", [behind_a_lock, lost])
def test_a_refusal_in_the_systems_face_is_told_as_what_it_is(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, fate
) -> None:
    def in_its_face() -> dict[str, str]:
        with as_system():
            return fate()

    monkeypatch.setitem(timeouts.WEB.settings, "lock_timeout", "150ms")
    client = own_app.test_client()
    with own_app.app_context(), db.engine.connect() as other, monkeypatch.context() as patch:
        other.execute(text("SELECT pg_advisory_lock(1)"))
        patch.setattr(pages, "ready", in_its_face)
        assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").status_code == 200
