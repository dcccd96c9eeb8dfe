"""Pages read by connections that have their role from their start: no transaction, nobody else's rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from marketplace.extensions import db
from marketplace.foundation.database import engines
from marketplace.foundation.database.engines import CLINIC_READS, PUBLIC_READS
from marketplace.foundation.database.roles import DatabaseRole, NobodysStatement, as_system, use_role
from tests.factories import build_clinic, build_lead


@contextmanager
def sent(engine: Any) -> Iterator[list[str]]:
    """What goes to the server by this engine: statements, and the begins, commits and rollbacks that cost a way."""
    said: list[str] = []

    def statement(connection: Connection, _cursor: object, said_now: str, *_rest: object) -> None:
        raw = connection.connection.driver_connection
        if not raw.autocommit and raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            said.append("BEGIN")
        said.append(said_now.split(maxsplit=1)[0])

    event.listen(engine, "before_cursor_execute", statement)
    yield said
    event.remove(engine, "before_cursor_execute", statement)


@pytest.mark.parametrize("path", ["/", "/clinics", "/treatments/mesotherapy/cost", "/transparency", "/sitemap.xml"])
def test_a_public_page_begins_no_transaction_and_changes_no_role(own_app: Flask, path: str) -> None:
    client = own_app.test_client()
    with own_app.app_context():
        usual, cheap = db.engine, db.engines[PUBLIC_READS]
    with sent(usual) as by_transaction, sent(cheap) as alone:
        assert client.get(path).status_code == 200
    assert by_transaction == []
    assert set(alone) == {"SELECT"}


def test_it_shows_what_was_committed_the_moment_before(own_app: Flask) -> None:
    with own_app.app_context():
        clinic = build_clinic("Clinic Lale")
        db.session.commit()
        path = f"/clinic/{clinic.slug}"
    assert "Clinic Lale" in own_app.test_client().get(path).text


@pytest.fixture
def reading(own_app: Flask) -> Iterator[None]:
    """A session as a public page has it."""
    with own_app.test_request_context("/"):
        engines.read_as_public()
        yield


def refused(statement: str) -> str:
    with pytest.raises(DBAPIError) as error:
        db.session.execute(text(statement))
    db.session.rollback()
    return str(error.value.orig)


def test_it_is_the_public_role_and_may_not_write(reading: None) -> None:
    assert "permission denied" in refused("SELECT count(*) FROM quote_request")
    assert "read-only transaction" in refused("CREATE TEMPORARY TABLE mine (id int)")


ROLE = text("SELECT current_user || ' ' || current_setting('app.clinic_id', true)")


def test_what_the_system_does_meanwhile_is_on_another_connection(reading: None) -> None:
    pid = text("SELECT pg_backend_pid()")
    before = db.session.scalar(pid)
    with as_system():
        assert db.session.scalar(pid) != before
        assert str(db.session.scalar(ROLE)).startswith(DatabaseRole.WORKER)
    assert db.session.scalar(pid) == before
    assert str(db.session.scalar(text("SELECT current_user"))) == DatabaseRole.PUBLIC


def test_another_role_is_never_taken_on_these_connections(reading: None) -> None:
    assert db.session.scalar(text("SELECT current_user")) == DatabaseRole.PUBLIC
    use_role(DatabaseRole.OPERATOR)
    assert db.session.scalar(text("SELECT current_user")) == DatabaseRole.OPERATOR
    engines.read_as_public()
    assert db.session.scalar(text("SELECT current_user")) == DatabaseRole.PUBLIC


def test_a_connection_that_was_ended_while_it_lay_idle_is_replaced_unseen(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "TRIED_AFTER", 0.0)
    client = own_app.test_client()
    assert client.get("/clinics").status_code == 200
    with psycopg.connect(own_app.config["SQLALCHEMY_DATABASE_URI"], autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert client.get("/clinics").status_code == 200


def test_the_time_outs_are_the_webs(reading: None) -> None:
    assert db.session.scalar(text("SHOW statement_timeout")) == "5s"


@pytest.fixture
def two_clinics(own_app: Flask) -> Iterator[list[UUID]]:
    """Two clinics with a lead each, in a request; of the connections that read as a clinic there is one."""
    with own_app.test_request_context("/dashboard/leads"):
        use_role(DatabaseRole.WORKER)
        leads = [build_lead(build_clinic(f"Clinic {name}"), email=f"{name}@patient.example") for name in ("a", "b")]
        clinics = [lead.clinic_id for lead in leads]
        db.session.commit()
        yield clinics


SEEN = text("SELECT array_agg(clinic_id) FROM lead")


def test_clinics_that_share_a_connection_see_their_own_leads(two_clinics: list[UUID]) -> None:
    pids = set()
    for clinic_id in two_clinics * 2:
        engines.read_as_clinic(clinic_id)
        assert db.session.scalar(SEEN) == [clinic_id]
        pids.add(db.session.scalar(text("SELECT pg_backend_pid()")))
        db.session.rollback()
    assert len(pids) == 1


def test_within_one_session_whose_rows_are_seen_changes_with_the_role(two_clinics: list[UUID]) -> None:
    one, other = two_clinics
    engines.read_as_clinic(one)
    assert db.session.scalar(SEEN) == [one]
    engines.read_as_clinic(other)
    assert db.session.scalar(SEEN) == [other]


def test_a_connection_of_clinics_answers_nobody_else(two_clinics: list[UUID]) -> None:
    engines.read_as_clinic(two_clinics[0])
    assert db.session.scalar(SEEN) == two_clinics[:1]
    assert "read-only transaction" in refused("UPDATE lead SET reminded_at = now()")
    db.session.remove()
    with db.engines[CLINIC_READS].connect() as connection, pytest.raises(NobodysStatement):
        connection.execute(SEEN)
