"""Statements are measured for the page they are for; slow ones are written to the log, without what they are about."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from marketplace.foundation import metrics
from marketplace.foundation.database import statements

TYPED = "ana@patient.example"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def slow_lines(caplog: pytest.LogCaptureFixture) -> Lines:
    caplog.set_level(logging.WARNING)
    return lambda: [record.fields for record in caplog.records if record.message == "slow statement"]


@pytest.fixture
def engine(app: Flask) -> Iterator[Engine]:
    """One of its own, to which every statement is slow."""
    pool = {"poolclass": statements.MeasuredPool, "pool_size": 1, "max_overflow": 0, "pool_timeout": 0.01}
    made = create_engine(app.config["SQLALCHEMY_DATABASE_URI"], **pool)
    statements.measure(made, slow_after=0)
    yield made
    made.dispose()


def test_a_slow_statement_is_written_without_what_it_is_about(app: Flask, engine: Engine, slow_lines: Lines) -> None:
    with app.test_request_context("/clinics"), engine.connect() as connection:
        connection.execute(text("SELECT 1\n  WHERE :typed <> ''"), {"typed": TYPED})
    (line,) = slow_lines()
    assert line["statement"] == "SELECT 1 WHERE %(typed)s <> ''"
    assert line["rule"] == "/clinics"
    assert line["ms"] >= 0
    assert TYPED not in str(line)


def test_one_that_the_database_ends_is_written_too(app: Flask, engine: Engine, slow_lines: Lines) -> None:
    with pytest.raises(DBAPIError), engine.connect() as connection:
        connection.execute(text("SELECT 1 / (:zero - 0)"), {"zero": 0})
    (line,) = slow_lines()
    assert line["statement"].startswith("SELECT 1 /")


def test_quick_ones_are_not_written(client: Any, slow_lines: Lines) -> None:
    client.get("/clinics")
    assert slow_lines() == []


def test_a_browser_is_told_in_development_what_a_page_took(app: Flask, client: Any) -> None:
    database, total = client.get("/readyz").headers["Server-Timing"].split(", ")
    assert database.startswith("db;dur=")
    assert int(database.partition('desc="')[2].split()[0]) >= 1
    assert total.startswith("total;dur=")


def test_on_a_server_nobody_is_told(app: Flask, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PRODUCTION", True)
    assert "Server-Timing" not in client.get("/readyz").headers


def test_waiting_for_a_connection_is_counted(engine: Engine) -> None:
    def waits() -> float:
        return metrics.OWN.get_sample_value("marketplace_database_pool_wait_seconds_count") or 0.0

    before = waits()
    with engine.connect(), pytest.raises(NoConnectionLeft):
        engine.connect()
    assert waits() == before + 1
