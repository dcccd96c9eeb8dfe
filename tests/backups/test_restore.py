"""Backup, loss, restore: what comes back is what was there, and what was erased stays erased."""

import json
import os
import stat
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, func, select, text

from marketplace.backups import archive, contents
from marketplace.config import field_keys
from marketplace.extensions import db, metadata
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.sealed import keyring
from marketplace.processes.embedded_postgres import ROLES, EmbeddedPostgres
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import answers
from marketplace.quote_requests.states import RequestState
from marketplace.retention.erasure import erase, listed
from marketplace.worker import run_timers
from tests.backups.filling import fill
from tests.conftest import reader_of


@pytest.fixture
def administrator(own_app: Flask, tmp_path: Path) -> Callable[..., Any]:
    """Runs a command; ten requests are there, and FILE in its arguments is one file."""
    with own_app.app_context():
        fill(10)

    def command(*arguments: str, code: int = 0) -> str:
        named = [str(tmp_path / "FILE") if argument == "FILE" else argument for argument in arguments]
        done = own_app.test_cli_runner().invoke(args=named)
        assert done.exit_code == code, done.output
        return done.output

    return command


def held(app: Flask) -> dict[str, contents.Fingerprint]:
    """What the database holds now, but for the audit log: the administrator's own entries join it."""
    with contents.connect(app.config["BACKUP_DATABASE_URL"]) as connection:
        return {name: found for name, found in contents.fingerprints(connection).items() if name != "audit_entry"}


def test_every_kind_of_sealed_value_is_tried() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed") and isinstance(column.type, LargeBinary)
    }
    # Two stand in the row of another and were sealed with it; what a form held ends within three days.
    beside = {"email.html_sealed", "email.recipient_sealed", "form_token.body_sealed"}
    assert {column for _name, _query, column in contents.KINDS} == sealed - beside


def some_request() -> QuoteRequest:
    return db.session.scalars(select(QuoteRequest).where(QuoteRequest.state == "open").limit(1)).one()


def test_rp9_everything_comes_back(own_app: Flask, administrator: Callable[..., Any]) -> None:
    with own_app.app_context():
        fill(90)
    before = held(own_app)
    administrator("backup", "FILE")
    with contents.connect(own_app.config["DATABASE_OWNER_URL"]) as connection:
        contents.wipe(connection)
    output = administrator("restore", "FILE")
    assert held(own_app) == before
    assert "Erased again: 0" in output
    assert before["quote_request"].rows == 100
    with own_app.app_context():
        assert answers(some_request()).name.startswith("Sample ")
        link = signed_links.issue("page", subject_id=some_request().id, lifetime=timedelta(days=1))
        path = f"/q/{signed_links.token_of(link)}"
        db.session.commit()
    client = reader_of(own_app)
    assert client.get(client.get(path).headers["Location"]).status_code == 200
    assert client.get("/treatments/mesotherapy").status_code == 200


def test_the_file_is_whole_and_for_its_owner_only(administrator: Callable[..., Any], tmp_path: Path) -> None:
    os.umask(0o022)
    administrator("backup", "FILE")
    file = tmp_path / "FILE"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["FILE"]
    with zipfile.ZipFile(file) as content:
        assert content.namelist() == ["manifest.json", "database.dump"]
        assert json.loads(content.read("manifest.json"))["tables"]["quote_request"]["rows"] == 10


def test_the_keys_are_not_in_it(own_app: Flask, administrator: Callable[..., Any], tmp_path: Path) -> None:
    administrator("backup", "FILE")
    raw = (tmp_path / "FILE").read_bytes()
    assert not any(key in raw for key in own_app.config["FIELD_KEYS"])
    assert own_app.config["SECRET_KEY"].encode() not in raw


def test_what_is_there_is_not_replaced_unasked(own_app: Flask, administrator: Callable[..., Any]) -> None:
    administrator("backup", "FILE")
    before = held(own_app)
    assert "not empty" in administrator("restore", "FILE", code=1)
    assert held(own_app) == before


def test_what_was_written_since_is_gone_and_what_was_erased_since_stays_erased(
    own_app: Flask, administrator: Callable[..., Any]
) -> None:
    administrator("backup", "FILE")
    with own_app.app_context():
        erased, kept = db.session.scalars(select(QuoteRequest).order_by(QuoteRequest.id).limit(2)).all()
        erase(erased)
        kept.timing = "later"
        db.session.commit()
        erased_id, kept_id = erased.id, kept.id
    assert "Erased again: 1 requests" in administrator("restore", "FILE", "--replace")
    with own_app.app_context():
        again = db.session.get_one(QuoteRequest, erased_id)
        assert (again.state, again.data_key, again.contact_sealed) == (RequestState.ERASED, None, None)
        assert db.session.get_one(QuoteRequest, kept_id).timing == "quarter"
        assert [id_ for id_, _ in listed()] == [erased_id]


def test_a_list_from_elsewhere_is_erased_too(own_app: Flask, administrator: Callable[..., Any], tmp_path: Path) -> None:
    administrator("backup", "FILE")
    with own_app.app_context():
        request_id = some_request().id
    (tmp_path / "list").write_text(f"{request_id},{clock.now().isoformat()}\n")
    with contents.connect(own_app.config["DATABASE_OWNER_URL"]) as connection:
        contents.wipe(connection)
    administrator("restore", "FILE", "--erasures", str(tmp_path / "list"))
    with own_app.app_context():
        assert db.session.get_one(QuoteRequest, request_id).state == RequestState.ERASED


def test_the_list_survives_two_restores(own_app: Flask, administrator: Callable[..., Any], tmp_path: Path) -> None:
    administrator("backup", "FILE")
    with own_app.app_context():
        fill(1)
        newest = db.session.scalars(select(QuoteRequest.id).order_by(QuoteRequest.id.desc()).limit(1)).one()
    later = str(tmp_path / "later")
    administrator("backup", later)
    with own_app.app_context():
        erase(db.session.get_one(QuoteRequest, newest))
        db.session.commit()
    administrator("restore", "FILE", "--replace")
    administrator("restore", later, "--replace")
    with own_app.app_context():
        assert db.session.get_one(QuoteRequest, newest).state == RequestState.ERASED


def test_a_restore_killed_before_it_erased_is_finished_by_the_worker(
    own_app: Flask, administrator: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator("backup", "FILE")
    with own_app.app_context():
        erase(some_request())
        db.session.commit()
    monkeypatch.setattr("marketplace.backups.restore.upgrade", lambda: 1 / 0)
    administrator("restore", "FILE", "--replace", code=1)
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).where(QuoteRequest.state == "open")) == 10
        run_timers(clock.now())
        assert db.session.scalar(select(func.count()).where(QuoteRequest.state == "open")) == 9


def altered(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The same backup with another manifest."""
    with zipfile.ZipFile(path) as old:
        manifest, dump = json.loads(old.read("manifest.json")), old.read("database.dump")
    change(manifest)
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("manifest.json", json.dumps(manifest))
        new.writestr("database.dump", dump)


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "one row more": lambda manifest: manifest["tables"]["lead"].update(rows=201),
    "another hash": lambda manifest: manifest["tables"]["quote"].update(hash="1"),
    "a table more": lambda manifest: manifest["tables"].update(unknown={"rows": 0, "hash": "0"}),
    "a policy more": lambda manifest: manifest["structure"].update(policies=99),
    "another dump": lambda manifest: manifest.update(dump_sha256="0" * 64),
    "a newer site": lambda manifest: manifest.update(schema_head="9999"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_difference_is_told_and_changes_nothing(
    own_app: Flask, administrator: Callable[..., Any], tmp_path: Path, change: str
) -> None:
    administrator("backup", "FILE")
    altered(tmp_path / "FILE", CHANGES[change])
    before = held(own_app)
    administrator("restore", "FILE", "--replace", code=1)
    assert held(own_app) == before


def test_a_damaged_file_is_refused(own_app: Flask, administrator: Callable[..., Any], tmp_path: Path) -> None:
    administrator("backup", "FILE")
    whole = (tmp_path / "FILE").read_bytes()
    for raw in (whole[: len(whole) // 2], b"", whole[:-5000] + b"x" * 100 + whole[-4900:]):
        (tmp_path / "FILE").write_bytes(raw)
        assert "damaged" in administrator("restore", "FILE", "--replace", code=1)


def test_other_keys_are_told(own_app: Flask, administrator: Callable[..., Any]) -> None:
    administrator("backup", "FILE")
    secret = own_app.config["SECRET_KEY"]
    try:
        keyring.load(field_keys("A" * 43 + "="), secret=secret)
        output = administrator("restore", "FILE", "--replace", code=1)
    finally:
        keyring.load(own_app.config["FIELD_KEYS"], secret=secret)
    assert "FIELD_KEYS does not open: health answers, names, contacts, patients' questions, messages" in output
    assert "photos, answers to check-ins, sessions of passports, prices paid, reasons of staff" in output


def test_a_backup_that_fails_leaves_no_file(own_app: Flask, administrator: Callable[..., Any], tmp_path: Path) -> None:
    own_app.config["BACKUP_DATABASE_URL"] = own_app.config["SQLALCHEMY_DATABASE_URI"]
    with contents.connect(own_app.config["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE hidden (id int)")
    assert "No backup was made" in administrator("backup", "FILE", code=1)
    assert list(tmp_path.iterdir()) == []


def test_policies_and_forced_row_security_come_back(own_app: Flask, administrator: Callable[..., Any]) -> None:
    url = own_app.config["DATABASE_OWNER_URL"]
    with contents.connect(url) as connection:
        around = contents.structure(connection)
    assert around["policies"] > 50
    assert around["forced row security"] > 10
    before = held(own_app)
    assert before["quote_request"].rows == 10, "the backup's role is held by no policy"
    administrator("backup", "FILE")
    administrator("restore", "FILE", "--replace")
    assert held(own_app) == before
    with contents.connect(url) as connection:
        found = contents.structure(connection)
        assert connection.execute("SELECT count(*) FROM quote_request").fetchone() == (0,)
    assert found == around


RENAMED_BACK = """
SELECT format('ALTER POLICY %1$I ON %2$I TO %1$I, %3$I; ALTER POLICY %1$I ON %2$I RENAME TO %3$I;'
              'GRANT SELECT ON %2$I TO %3$I', policyname, tablename, replace(policyname, 'role_', 'face_'))
FROM pg_policies WHERE policyname LIKE 'role%'
"""


def test_a_backup_made_before_the_roles_were_renamed_is_restored(
    own_app: Flask, postgres: EmbeddedPostgres, administrator: Callable[..., Any]
) -> None:
    old = [role.replace("role_", "face_") for role in ROLES]
    url = own_app.config["DATABASE_OWNER_URL"].replace("marketplace_owner@", "postgres@")
    with contents.connect(url) as connection:
        before = contents.structure(connection)
        for role in old:
            connection.execute(f"CREATE ROLE {role} NOLOGIN".encode())
        for (statement,) in connection.execute(RENAMED_BACK.encode()).fetchall():
            connection.execute(statement.encode())
    administrator("backup", "FILE")
    with contents.connect(url) as connection:
        connection.execute(f"DROP OWNED BY {', '.join(old)}; DROP ROLE {', '.join(old)}".encode())
    administrator("restore", "FILE", "--replace")
    with contents.connect(url) as connection:
        assert contents.structure(connection) == before
        named = connection.execute("SELECT DISTINCT policyname FROM pg_policies").fetchall()
    assert {name for (name,) in named} == set(ROLES)


def test_the_audit_log_says_who_did_it(own_app: Flask, administrator: Callable[..., Any]) -> None:
    administrator("backup", "FILE")
    administrator("restore", "FILE", "--replace")
    with own_app.app_context():
        rows = db.session.execute(text("SELECT name, actor FROM audit_entry WHERE name LIKE 'Backup%'")).all()
    assert [tuple(row) for row in rows] == [("BackupRestored", "keeper")]


def test_the_app_still_owns_nothing_afterwards(own_app: Flask, administrator: Callable[..., Any]) -> None:
    administrator("backup", "FILE")
    administrator("restore", "FILE", "--replace")
    with own_app.app_context():
        owners = db.session.scalars(text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")).all()
        assert owners == ["marketplace_owner"]
        with pytest.raises(Exception, match="permission denied"):
            db.session.execute(text("DELETE FROM audit_entry"))


def test_an_archive_of_a_later_format_is_refused(administrator: Callable[..., Any], tmp_path: Path) -> None:
    administrator("backup", "FILE")
    altered(tmp_path / "FILE", lambda manifest: manifest.update(format=archive.FORMAT + 1))
    assert "damaged" in administrator("restore", "FILE", "--replace", code=1)
