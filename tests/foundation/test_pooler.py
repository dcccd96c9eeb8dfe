"""Through a pooler of transactions: the same site, and nothing of one client is found by the next."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace import worker
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import engines
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.security import signed_links
from marketplace.leads.models import Lead
from marketplace.processes.config_check import print_report
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.quote_requests.models import QuoteRequest
from tests.config_rules.conftest import safe  # noqa: F401 - a fixture
from tests.conftest import app_on, reader_of
from tests.factories import PASSWORD, build_clinic, build_member
from tests.pooler import Pooler
from tests.reading import form_fields
from tests.web.patient.filling import press, reach_check

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


class Story:
    """A patient, a clinic and the patient again, with a look at what each answer leaves on the connections."""

    def __init__(self, app: Flask, pooler: Pooler) -> None:
        self.app, self.pooler = app, pooler
        self.patient, self.desk = reader_of(app), reader_of(app)
        with app.app_context():
            clinic = build_clinic("Clinic Lale", slug="clinic-lale")
            build_member(clinic, email="owner@clinic.example")
            db.session.commit()

    def is_clean_after(self, answer: Any, status: int = 303) -> Any:
        assert answer.status_code == status, answer.text[:2000]
        assert self.pooler.left_behind(self.app.config["DIRECT_DATABASE_URL"]) == CLEAN
        return answer

    def link(self, purpose: str) -> str:
        with self.app.app_context():
            request = db.session.scalars(select(QuoteRequest)).one()
            link = signed_links.issue(purpose, subject_id=request.id, lifetime=timedelta(days=1))
            db.session.commit()
            self.ref = request.ref
            return f"/q/{signed_links.token_of(link)}"

    def ask(self) -> None:
        agreed = reach_check(self.patient, "clinic-lale") | {"adult": "y", "share_health": "y"}
        self.is_clean_after(self.patient.post("/get-quotes/check", data=agreed))
        self.is_clean_after(press(self.patient, f"{self.link('confirm')}/confirm"))

    def answer(self) -> None:
        self.is_clean_after(
            self.desk.post("/account/login", data={"email": "owner@clinic.example", "password": PASSWORD})
        )
        path = f"/dashboard/leads/{self.ref}"
        page = self.is_clean_after(self.desk.get(path), 200).page
        form = next(form for form in page.all("form") if form.get("action") == f"{path}/quote")
        quote = form_fields(form) | {"sessions": "4", "price_per_session": "120", "total": "480"}
        self.is_clean_after(self.desk.post(f"{path}/quote", data=quote))
        with self.app.app_context():
            worker.run_timers(clock.now() + timedelta(hours=1))

    def choose(self) -> None:
        base = f"/my/requests/{self.ref}"
        self.is_clean_after(self.patient.get(self.link("page")))
        self.is_clean_after(self.patient.get(f"{base}/compare"), 200)
        self.is_clean_after(press(self.patient, f"{base}/quotes/1/choose"))


def test_the_three_journeys_leave_nothing_to_the_next_client(pooled_app: Flask, pooler: Pooler) -> None:
    story = Story(pooled_app, pooler)
    story.ask()
    story.answer()
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
