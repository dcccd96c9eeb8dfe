"""Public pages and operators' figures are read from a standby, as long as it is there and not late."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.engine import make_url

from marketplace.backups.archive import create_backup
from marketplace.config_rules.database import database_url
from marketplace.extensions import db
from marketplace.foundation.database import engines, standby
from marketplace.foundation.database.standby import Server, StandbyWatch, watch_of
from marketplace.mail.suppression import ALL, Reason, Suppression, suppress
from marketplace.processes.embedded_postgres import BACKUP, EmbeddedPostgres
from tests.browser import wait_for
from tests.conftest import app_on, reader_of
from tests.factories import PASSWORD, build_account, build_clinic
from tests.standby import Standby

CAUGHT_UP = "SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn"


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres) -> Iterator[Standby]:
    """Of the tests' own PostgreSQL."""
    running = Standby(tmp_path_factory.mktemp("standby"), fast=True).follow(postgres)
    yield running
    running.stop()


@pytest.fixture
def read_app(
    own_app: Flask, postgres: EmbeddedPostgres, second: Standby, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """Reads from the standby; looks at it when the test says so."""
    monkeypatch.setattr(standby, "LOOK_SECONDS", 3600)
    name = str(make_url(own_app.config["SQLALCHEMY_DATABASE_URI"]).database)
    app = app_on(postgres, name, READ_DATABASE_URL=second.url("marketplace_app", name))
    catch_up(postgres, second)
    wait_until_fresh(app)
    yield app
    if not second.running:
        second.spawn()
        second._wait(60)
    second.ask("SELECT pg_wal_replay_resume()")
    watch(app).stop()
    with app.app_context():
        db.session.remove()
        engines.dispose()


def watch(app: Flask) -> StandbyWatch:
    found = watch_of(app)
    assert found is not None
    return found


def wait_until_fresh(app: Flask) -> None:
    def fresh() -> bool:
        watch(app).look()
        return watch(app).is_fresh()

    wait_for(fresh, seconds=10)


def catch_up(primary: EmbeddedPostgres, second: Standby) -> None:
    with psycopg.connect(primary.url("postgres", "postgres"), autocommit=True) as connection:
        (position,) = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
    wait_for(lambda: second.ask(CAUGHT_UP.format(position=position)) is True, seconds=20)


@pytest.fixture
def unheard(read_app: Flask, second: Standby) -> str:
    """The page of a clinic that the standby has not heard of yet."""
    second.ask("SELECT pg_wal_replay_pause()")
    with read_app.app_context():
        slug = build_clinic("Clinic Lale").slug
        db.session.commit()
    return f"/clinic/{slug}"


def test_a_stranger_reads_the_standby_and_who_has_a_session_the_primary(read_app: Flask, unheard: str) -> None:
    watch(read_app).look()
    assert reader_of(read_app).get(unheard).status_code == 404
    known = reader_of(read_app)
    known.set_cookie(str(read_app.config["SESSION_COOKIE_NAME"]), "anything")
    assert known.get(unheard).status_code == 200


def test_a_standby_that_is_late_is_not_read(read_app: Flask, unheard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.monotonic() + standby.MAX_LAG_SECONDS + 1
    monkeypatch.setattr(standby, "time", SimpleNamespace(monotonic=lambda: later))
    watch(read_app).look()
    assert reader_of(read_app).get(unheard).status_code == 200


def test_it_is_read_again_when_it_has_caught_up(
    read_app: Flask, unheard: str, postgres: EmbeddedPostgres, second: Standby
) -> None:
    watch(read_app).leave()
    second.ask("SELECT pg_wal_replay_resume()")
    catch_up(postgres, second)
    wait_until_fresh(read_app)
    assert reader_of(read_app).get(unheard).status_code == 200


def test_a_page_that_the_standby_fails_is_made_again_from_the_primary(read_app: Flask, second: Standby) -> None:
    reader = reader_of(read_app)
    assert reader.get("/clinics").status_code == 200
    second.stop()
    assert reader.get("/clinics").status_code == 200
    assert not watch(read_app).is_fresh()


def test_while_the_primary_is_away_strangers_read_on(read_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch(read_app), "_primary", Server("postgresql:///x?host=/nowhere"))
    gone = create_engine("postgresql:///x?host=/nowhere")
    monkeypatch.setitem(db._app_engines[read_app], engines.PUBLIC_READS, gone)
    watch(read_app).look()
    assert reader_of(read_app).get("/clinics").status_code == 200


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is asked of it."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def operator(read_app: Flask) -> Any:
    """Signed in, with a suppression to lift: the smallest change of theirs."""
    browser = reader_of(read_app)
    with read_app.app_context():
        build_account("op@meridian.example", operator=True)
        suppress("gone@patient.example", reason=Reason.BOUNCE, scope=ALL)
        db.session.commit()
        browser.lift = f"/operator/emails/suppressions/{db.session.scalars(select(Suppression.id)).one()}/lift"
    form = {"email": "op@meridian.example", "password": PASSWORD}
    assert browser.post("/account/login", data=form).status_code == 303
    return browser


@pytest.mark.parametrize("path", ["/operator", "/operator/routing"])
def test_figures_come_from_the_standby_but_for_who_changed_something(read_app: Flask, operator: Any, path: str) -> None:
    with read_app.app_context():
        engine = db.engines[engines.STANDBY]
    with statements(engine) as asked:
        assert operator.get(path).status_code == 200
        assert len(asked) > 1
        assert operator.post(operator.lift, data={"reason": "works_again"}).status_code == 303
        asked.clear()
        assert operator.get(path).status_code == 200
        assert asked == []


def test_a_backup_is_taken_from_the_standby(read_app: Flask, second: Standby, tmp_path: Path) -> None:
    name = make_url(read_app.config["SQLALCHEMY_DATABASE_URI"]).database
    hosts = f"host=/nowhere&host={second.socket}&target_session_attrs=standby"
    read_app.config["BACKUP_DATABASE_URL"] = database_url(f"postgresql://{BACKUP}@/{name}?{hosts}")
    with read_app.app_context():
        manifest = create_backup(tmp_path / "backup")
        db.session.rollback()
    assert manifest.tables["procedure"].rows > 0
    assert (tmp_path / "backup").stat().st_size > 0
