"""What goes wrong below is answered in words: what passes says when to come back, and nothing sent is a 500."""

import logging
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import create_engine, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.database import engines
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, set_local_role, use_role
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.idempotency import FormToken
from marketplace.foundation.security.sealed import keyring
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from tests.conftest import app_on
from tests.factories import PASSWORD, Make, build_account
from tests.reading import Reader

Ask = Callable[..., Any]
PASSES = {
    "53100": "disk full",
    "53300": "too many connections",
    "40P01": "deadlock",
    "40001": "serialization",
    "25006": "read-only while another machine takes over",
    "25P03": "idle in a transaction for too long",
    "57P01": "shutting down",
    "57P03": "starting up",
    "58030": "a disk that does not answer",
}


def asked(app: Flask, view: Callable[[], object], *, path: str = "/report", method: str = "GET") -> Any:
    """A page that does this."""
    earlier = app.view_functions["public.report"]

    def as_the_system() -> object:
        use_role(DatabaseRole.WORKER)
        return view()

    app.view_functions["public.report"] = as_the_system  # type: ignore[assignment]
    try:
        return Reader(app, app.response_class).open(path, method=method)
    finally:
        app.view_functions["public.report"] = earlier


def run(*statements: str) -> Callable[[], object]:
    return lambda: [db.session.execute(text(statement)) for statement in statements]


def test_a_connection_that_dies_after_the_answer_spoils_none(own_app: Flask) -> None:
    def answered_and_cut_off() -> str:
        pid = db.session.scalar(text("SELECT pg_backend_pid()"))
        engine = create_engine(own_app.config["SQLALCHEMY_DATABASE_URI"])
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        engine.dispose()
        return "stored"

    own_app.view_functions["public.report"] = answered_and_cut_off
    answer = own_app.test_client().get("/report")
    assert (answer.status_code, answer.text) == (200, "stored")


def passes(answer: Any) -> None:
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
    assert answer.page.h1 == "We will be back in a moment"


@pytest.mark.parametrize("code", PASSES, ids=PASSES.get)
def test_what_passes_says_when_to_come_back(app: Flask, code: str) -> None:
    raised = f"DO $$ BEGIN RAISE EXCEPTION 'ana@patient.example' USING ERRCODE = '{code}'; END $$"
    passes(asked(app, run(raised)))


def test_a_statement_that_takes_too_long(app: Flask) -> None:
    passes(asked(app, run("SET LOCAL statement_timeout = 20", "SELECT pg_sleep(5)")))


def test_a_lock_that_is_not_to_be_had(own_app: Flask) -> None:
    with own_app.app_context(), db.engine.begin() as other:
        set_local_role(other, RoleScope(DatabaseRole.WORKER))
        other.execute(text("LOCK TABLE clinic"))
        passes(asked(own_app, run("SET LOCAL lock_timeout = 20", "SELECT 1 FROM clinic")))


def test_a_connection_that_breaks_on_the_way(own_app: Flask, postgres: EmbeddedPostgres) -> None:
    passes(asked(own_app, run("SET LOCAL ROLE NONE", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1")))
    assert Reader(own_app, own_app.response_class).get("/clinics").status_code == 200


@pytest.fixture
def narrow_app(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Flask]:
    """One connection, and no patience."""
    options = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.05}
    app = app_on(postgres, template_database, SQLALCHEMY_ENGINE_OPTIONS=options)
    yield app
    with app.app_context():
        engines.dispose()


def test_no_connection_is_free(narrow_app: Flask) -> None:
    with narrow_app.app_context(), db.engine.connect():
        passes(asked(narrow_app, run("SELECT 1")))


def test_the_database_is_away(postgres: EmbeddedPostgres) -> None:
    app = app_on(postgres, "nowhere")
    for path in ("/", "/clinics", "/readyz"):
        passes(Reader(app, app.response_class).get(path))


def test_who_is_signed_in_reads_the_same_page(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Reader(own_app, own_app.response_class)
    with own_app.app_context():
        account = build_account("op@meridian.example", operator=True)
        db.session.commit()
        form = {"email": account.email, "password": PASSWORD}
        assert browser.post("/account/login", data=form).status_code == 303
        away = create_engine(db.engine.url.set(database="nowhere"))
        for key in list(db.engines):
            monkeypatch.setitem(db.engines, key, away)
        monkeypatch.setitem(own_app.extensions, "autocommit_engine", away)  # which reads sessions
    for path in ("/operator", "/account/login", "/dashboard", "/clinics"):
        passes(browser.get(path))
    passes(browser.post("/account/change"))


def test_a_team_reads_it_too_when_the_database_goes_away_on_the_way(
    app: Flask, make_clinic: Make, make_member: Make, sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(make_member(make_clinic()))

    def lose() -> None:
        db.session.expire_all()
        monkeypatch.setitem(db.engines, None, create_engine(f"{app.config['SQLALCHEMY_DATABASE_URI']}nowhere"))
        db.session.remove()
        db.session.execute(text("SELECT 1"))

    monkeypatch.setitem(app.view_functions, "dashboard.show_team", lose)
    passes(browser.get("/dashboard/team"))


def test_someone_was_faster(app: Flask, make_clinic: Make) -> None:
    slug = make_clinic().slug
    answer = asked(app, lambda: make_clinic(slug=slug))
    assert answer.status_code == 409
    assert answer.page.h1 == "Someone changed this before you"


def test_a_row_that_went_away_meanwhile(app: Flask) -> None:
    def lose() -> None:
        token = FormToken(token=UUID(int=1), body_hash=b"")
        raise StaleDataError(str(token.token))

    assert asked(app, lose).status_code == 409


@pytest.mark.parametrize("value", ["9223372036854775808::bigint", "'x'::uuid", "'2026-13-01'::date"])
def test_what_cannot_be_stored_is_refused(app: Flask, value: str) -> None:
    assert asked(app, run(f"SELECT {value}")).status_code == 400


def test_a_nul_cannot_be_stored(app: Flask) -> None:
    assert asked(app, lambda: db.session.execute(text("SELECT :it"), {"it": "a\x00b"})).status_code == 400


def test_a_fault_of_ours_stays_one(app: Flask, make_clinic: Make) -> None:
    change = update(Clinic).where(Clinic.id == make_clinic().id).values(listing_state="great")
    with pytest.raises(IntegrityError, match="ck_clinic_listing_state_known"):
        asked(app, lambda: db.session.execute(change))


def test_only_the_code_is_logged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger=app.logger.name):
        asked(app, run("DO $$ BEGIN RAISE EXCEPTION 'ana@patient.example' USING ERRCODE = '53100'; END $$"))
    assert "53100" in caplog.text
    assert "ana" not in caplog.text


def test_a_missing_master_key_is_not_an_erased_request(
    client: Any, make_request: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The administrator forgot the old one in FIELD_KEYS: nothing is gone, and the log says what to do."""
    request = make_request()
    link = signed_links.issue("page", subject_id=request.id, lifetime=timedelta(days=7))
    page = client.get(f"/q/{signed_links.token_of(link)}").location
    monkeypatch.setattr(keyring, "_masters", {b"othr": os.urandom(32)})
    answer = client.get(page)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "a master key is missing from FIELD_KEYS" in caplog.text
