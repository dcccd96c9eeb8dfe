"""Through a pooler of transactions: the same site, and nothing of one client is found by the next."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace import worker
from marketplace.extensions import db
from marketplace.foundation.database import engines
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.leads.models import Lead
from marketplace.processes.config_check import print_report
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from tests.config_rules.conftest import safe  # noqa: F401 - a fixture
from tests.conftest import app_on, reader_of
from tests.factories import build_clinic
from tests.pooler import Pooler
from tests.story import Story

CLEAN = {("marketplace_app", "none", "", "", "5s", "2s", "10s", "0", "read committed")}
TIMEOUTS = {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"}


@pytest.fixture(scope="module")
def pooler(tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres) -> Iterator[Pooler]:
    """With the login's own time-outs, as docs/scale.md says."""
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        for name, value in TIMEOUTS.items():
            connection.execute(f"ALTER ROLE marketplace_app SET {name} = '{value}'")
        running = Pooler(tmp_path_factory.mktemp("pooler"), postgres)
        yield running
        running.stop()
        connection.execute("ALTER ROLE marketplace_app RESET ALL")


@pytest.fixture
def direct(own_app: Flask) -> str:
    return str(own_app.config["SQLALCHEMY_DATABASE_URI"])


@pytest.fixture
def pooled_app(own_app: Flask, pooler: Pooler, postgres: EmbeddedPostgres, direct: str) -> Iterator[Flask]:
    """Its requests go through the pooler, its jobs past it."""
    name = direct.partition("?")[0].rpartition("/")[2]
    way = {"SQLALCHEMY_DATABASE_URI": pooler.url(direct), "DIRECT_DATABASE_URL": direct}
    app = app_on(postgres, name, **way, LIMITS_ON=True, WTF_CSRF_ENABLED=False)
    yield app
    with app.app_context():
        db.session.remove()
        engines.dispose()


def test_a_request_goes_through_it_and_a_job_past_it(pooled_app: Flask, pooler: Pooler) -> None:
    with pooled_app.test_request_context("/"):
        assert db.engine.raw_connection().driver_connection.info.port == pooler.port
    with pooled_app.app_context():
        engines.dispose()
        assert db.engine.raw_connection().driver_connection.info.host.startswith("/")
    assert worker._connector(pooled_app)._pool_args["conninfo"].endswith(pooled_app.config["DIRECT_DATABASE_URL"])


def test_public_pages_are_read_through_it(pooled_app: Flask, pooler: Pooler, direct: str) -> None:
    reader = reader_of(pooled_app)
    with pooled_app.app_context():
        slug = build_clinic("Clinic Lale").slug
        db.session.commit()
    for path in ("/", "/clinics", "/clinics?q=lale", f"/clinic/{slug}", "/treatments/mesotherapy/cost", "/readyz"):
        assert reader.get(path).status_code == 200, path
        assert pooler.left_behind(direct) == CLEAN


class CleanStory(Story):
    """Looks at what each answer leaves on the connections."""

    def __init__(self, app: Flask, pooler: Pooler) -> None:
        super().__init__(app)
        self._pooler = pooler

    def seen(self, answer: Any, status: int = 303) -> Any:
        assert self._pooler.left_behind(self.app.config["DIRECT_DATABASE_URL"]) == CLEAN
        return super().seen(answer, status)


def test_the_three_journeys_leave_nothing_to_the_next_client(pooled_app: Flask, pooler: Pooler) -> None:
    story = CleanStory(pooled_app, pooler)
    story.ask()
    story.answer()
    story.release()
    story.choose()
    with pooled_app.app_context():
        assert [lead.state for lead in db.session.scalars(select(Lead))] == ["won"]


@pytest.mark.parametrize("ends", ["commit", "rollback", "error"])
def test_a_role_ends_with_its_transaction(pooled_app: Flask, pooler: Pooler, direct: str, ends: str) -> None:
    with pooled_app.test_request_context("/"):
        use_role(DatabaseRole.CLINIC, clinic_id=uuid4())
        db.session.execute(text("SET LOCAL lock_timeout = '1s'"))
        with as_system():
            assert db.session.scalar(text("SELECT current_user")) == DatabaseRole.WORKER
        if ends == "error":
            with pytest.raises(DBAPIError):
                db.session.execute(text("SELECT 1 / 0"))
        (db.session.commit if ends == "commit" else db.session.rollback)()
        assert pooler.left_behind(direct) == CLEAN


def test_what_would_leak_is_seen(pooled_app: Flask, pooler: Pooler, direct: str) -> None:
    with pooled_app.test_request_context("/"), db.engine.connect() as connection:
        connection.execute(text("SET ROLE role_public"))
        connection.commit()
        assert pooler.left_behind(direct) != CLEAN
        connection.execute(text("RESET ROLE"))
        connection.commit()


def test_the_check_names_a_pooler_without_a_way_past_it(
    safe: dict[str, str],  # noqa: F811
    pooler: Pooler,
    capsys: pytest.CaptureFixture[str],
) -> None:
    direct = safe["DATABASE_URL"]
    assert print_report(safe | {"DATABASE_URL": pooler.url(direct)}) == 1
    assert "DIRECT_DATABASE_URL" in capsys.readouterr().out
    for name in ("DIRECT_DATABASE_URL", "READ_DATABASE_URL"):
        assert print_report(safe | {name: pooler.url(direct)}) == 1
        assert f"unsafe  {name}: leads through a pooler" in capsys.readouterr().out
    assert print_report(safe | {"DATABASE_URL": pooler.url(direct), "DIRECT_DATABASE_URL": direct}) == 0
