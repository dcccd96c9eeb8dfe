"""A database that is there and says nothing: who waits is told to come back, and nobody waits for long."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import make_url

from marketplace.extensions import db
from marketplace.foundation.database import engines, timeouts, transactions
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.database.timeouts import AsyncDeadlineConnection, CircuitBreaker, Silent
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.processes.mailbox import free_port
from marketplace.web.public import pages
from tests.conftest import app_on
from tests.silent_proxy import ProxyThread


@pytest.fixture
def proxy(postgres: EmbeddedPostgres) -> Iterator[ProxyThread]:
    """Before the tests' PostgreSQL."""
    folder = Path(str(make_url(postgres.url("postgres", "postgres")).query["host"]))
    made = ProxyThread(port=free_port(), socket=next(folder.glob(".s.PGSQL.*[0-9]")))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def far_app(
    proxy: ProxyThread, postgres: EmbeddedPostgres, own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """Reaches its database through the proxy, and is less patient than in production."""
    monkeypatch.setattr(timeouts, "PROBE_SECONDS", 0.3)
    monkeypatch.setattr(timeouts, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(timeouts, "OPEN_SECONDS", 2.2)
    monkeypatch.setattr(timeouts, "WEB", timeouts.WEB._replace(answer_within=1.0))
    app = app_on(postgres, database_of(own_app), SQLALCHEMY_DATABASE_URI=through(proxy, own_app))
    yield app
    proxy.silent = False
    with app.app_context():
        engines.dispose()


def database_of(app: Flask) -> str:
    return str(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database)


def through(proxy: ProxyThread, app: Flask) -> str:
    return f"postgresql://marketplace_app@127.0.0.1:{proxy.port}/{database_of(app)}"


def timed(app: Flask, path: str = "/readyz") -> tuple[int, str | None, float]:
    began = time.monotonic()
    answer = app.test_client().get(path)
    return answer.status_code, answer.headers.get("Retry-After"), time.monotonic() - began


@pytest.mark.parametrize("path", ["/readyz", "/clinics"])
def test_a_silence_between_two_requests(far_app: Flask, proxy: ProxyThread, path: str) -> None:
    assert timed(far_app, path)[0] == 200
    proxy.silent = True
    status, retry_after, seconds = timed(far_app, path)
    assert (status, retry_after) == (503, "5")
    assert seconds < 0.3 + 2 + 0.5
    assert timed(far_app)[2] < 0.2, "the next is refused at once"
    proxy.silent = False
    time.sleep(2.2)
    assert timed(far_app, path)[0] == 200


def test_a_silence_in_the_middle_of_a_request(
    far_app: Flask, proxy: ProxyThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent_in_the_middle() -> dict[str, str]:
        db.session.execute(text("SELECT 1"))
        proxy.silent = True
        db.session.execute(text("SELECT 2"))
        return {}

    monkeypatch.setattr(pages, "ready", silent_in_the_middle)
    status, retry_after, seconds = timed(far_app)
    assert (status, retry_after) == (503, "5")
    assert 0.9 < seconds < 1.5


def test_who_waited_on_one_connection_does_not_wait_as_long_on_the_other(
    far_app: Flask, proxy: ProxyThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent_beside_a_transaction() -> dict[str, str]:
        with as_system():
            db.session.execute(text("SELECT 1"))
            with transactions.statements() as beside:
                proxy.silent = True
                beside.execute(text("SELECT 2"))
        return {}

    monkeypatch.setattr(pages, "ready", silent_beside_a_transaction)
    status, _retry_after, seconds = timed(far_app)
    assert status == 503
    assert 0.9 < seconds < 1.8


def test_who_comes_after_it_is_told_at_once(far_app: Flask, proxy: ProxyThread) -> None:
    assert timed(far_app)[0] == 200
    proxy.silent = True
    # One after the other: threads of Python 3.11 that compile templates at once disturb each other.
    answers = [timed(far_app) for _n in range(24)]
    assert {status for status, _again, _seconds in answers} == {503}
    assert max(seconds for _status, _again, seconds in answers) < 3


def test_a_firewall_that_forgot_idle_connections_is_not_noticed(far_app: Flask, proxy: ProxyThread) -> None:
    assert timed(far_app)[0] == 200
    with ThreadPoolExecutor(1) as thread:
        proxy.silent = True
        waiting = thread.submit(timed, far_app)
        time.sleep(0.6)
        proxy.silent = False
        assert waiting.result()[0] == 200


def test_a_job_and_a_command_wait_as_long_as_they_may(far_app: Flask, proxy: ProxyThread) -> None:
    with far_app.app_context():
        assert not isinstance(db.engine.raw_connection().driver_connection, timeouts.DeadlineConnection)
        db.engine.dispose()
        timeouts.limit_process(far_app, timeouts.WORKER)
        connection = db.engine.raw_connection().driver_connection
        assert isinstance(connection, timeouts.DeadlineConnection)
        assert connection.answer_within == 65


def test_the_queues_connections_too_but_for_the_one_that_listens(
    proxy: ProxyThread, own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AsyncDeadlineConnection, "answer_within", 0.3)
    url = through(proxy, own_app)

    async def silent() -> list[psycopg.Notify]:
        async with await AsyncDeadlineConnection.connect(url, autocommit=True) as connection:
            await connection.execute("LISTEN nobody")
            heard = [notice async for notice in connection.notifies(timeout=0.8)]
            proxy.silent = True
            with pytest.raises(Silent):
                await connection.execute("SELECT 1")
            assert connection.closed
            return heard

    with ThreadPoolExecutor(1) as beside:  # the loop of a browser may be running in this thread
        assert beside.submit(asyncio.run, silent()).result() == []


def test_while_it_is_silent_one_at_a_time_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(timeouts, "time", SimpleNamespace(monotonic=lambda: now[0]))
    breaker = CircuitBreaker()
    breaker.trip()
    with pytest.raises(Silent):
        breaker.admit()
    now[0] = 3.6
    breaker.admit()
    with pytest.raises(Silent):
        breaker.admit()
    breaker.close()
    breaker.admit()
    assert not breaker.is_open
