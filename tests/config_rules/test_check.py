"""SP18: each unsafe setting is named, and nothing else is."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from marketplace.config_rules import database
from marketplace.processes.config_check import print_report
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.processes.run import ROOT
from tests.config_rules.conftest import FIELD_KEY, SAFE

REMOTE = "postgresql://app:secret@db.meridian.org/marketplace"
# Spoiled setting, its value (None takes it away), the setting that must be named.
UNSAFE = [
    ("SECRET_KEY", None, "SECRET_KEY"),
    ("SECRET_KEY", "development-only-secret-never-for-production", "SECRET_KEY"),
    ("SECRET_KEY", "Changeme-changeme-changeme-changeme-1234567890", "SECRET_KEY"),
    ("SECRET_KEY", "short", "SECRET_KEY"),
    ("SECRET_KEY", "ab" * 30, "SECRET_KEY"),
    ("TOTP_SECRET", SAFE["SECRET_KEY"], "SECRET_KEY"),
    ("PASSWORD_SALT", "short", "PASSWORD_SALT"),
    ("METRICS_TOKEN", "short", "METRICS_TOKEN"),
    ("MAIL_HOOK_SECRET", "short", "MAIL_HOOK_SECRET"),
    ("FIELD_KEYS", None, "FIELD_KEYS"),
    ("FIELD_KEYS", "c2hvcnQ=", "FIELD_KEYS"),
    ("FIELD_KEYS", "no base64 at all", "FIELD_KEYS"),
    ("FIELD_KEYS", f"{FIELD_KEY},{FIELD_KEY}", "FIELD_KEYS"),
    ("FIELD_KEYS", "A" * 43 + "=", "FIELD_KEYS"),
    ("FIELD_KEYS", "dYhOufohmKovpEtqGEigA1poXEKWAm7zI7Fzgp69WLw=", "FIELD_KEYS"),
    ("FLASK_DEBUG", "1", "FLASK_DEBUG"),
    ("MARKETPLACE_ENV", None, "MARKETPLACE_ENV"),
    ("MARKETPLACE_ENV", "prod", "MARKETPLACE_ENV"),
    ("SITE_URL", None, "SITE_URL"),
    ("SITE_URL", "http://quotes.meridian.org", "SITE_URL"),
    ("SITE_URL", "https://127.0.0.1:8000", "SITE_URL"),
    ("SITE_URL", "https://quotes.meridian.org/shop", "SITE_URL"),
    ("TRUSTED_HOSTS", None, "TRUSTED_HOSTS"),
    ("TRUSTED_HOSTS", "www.meridian.org", "TRUSTED_HOSTS"),
    ("TRUSTED_HOSTS", "quotes.meridian.org,.meridian.org", "TRUSTED_HOSTS"),
    ("DATABASE_URL", None, "DATABASE_URL"),
    ("DATABASE_URL", "mysql://here", "DATABASE_URL"),
    ("DATABASE_URL", "postgresql://app@localhost:1/nothing?connect_timeout=1", "DATABASE_URL"),
    ("DATABASE_OWNER_URL", "postgresql://marketplace_app@/tests", "DATABASE_OWNER_URL"),
    ("DATABASE_OWNER_URL", "postgresql://owner@db.meridian.org/m?sslmode=verify-full", "DATABASE_OWNER_URL"),
    ("DATABASE_OWNER_URL", REMOTE, "DATABASE_OWNER_URL"),
    ("BACKUP_DATABASE_URL", "postgresql://postgres@db.meridian.org/m?sslmode=disable", "BACKUP_DATABASE_URL"),
    ("BACKUP_DATABASE_URL", "postgresql://marketplace_app@/tests", "BACKUP_DATABASE_URL"),
    ("READ_DATABASE_URL", "postgresql://marketplace_app@/tests?host=/nowhere", "READ_DATABASE_URL"),
    ("READ_DATABASE_URL", "postgresql://someone@/tests?host=/nowhere", "READ_DATABASE_URL"),
    ("CHALLENGES", "off", "CHALLENGES"),
    ("TIMEZONE", "Nowhere/At-all", "TIMEZONE"),
    ("MAIL_SERVER", None, "MAIL_SERVER"),
    ("MAIL_USE_TLS", "0", "MAIL_USE_TLS"),
    ("MAIL_DEFAULT_SENDER", None, "MAIL_DEFAULT_SENDER"),
    ("MAIL_DEFAULT_SENDER", "Meridian <quotes@meridian.example>", "MAIL_DEFAULT_SENDER"),
    ("PROXY_HOPS", None, "PROXY_HOPS"),
    ("PROXY_HOPS", "one", "PROXY_HOPS"),
    ("PROXY_HOPS", "-1", "PROXY_HOPS"),
    ("REQUIRE_SECOND_FACTOR", "0", "REQUIRE_SECOND_FACTOR"),
    ("UNDO_SECONDS", "2", "UNDO_SECONDS"),
    ("UNDO_SECONDS", "5 minutes", "UNDO_SECONDS"),
    ("GROUP_SECONDS", "999999", "GROUP_SECONDS"),
    ("PORT", "80000", "PORT"),
    ("MAIL_PORT", "smtp", "MAIL_PORT"),
    ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY"),
    ("LIMITS", "off", "LIMITS"),
]


def named(output: str) -> set[str]:
    return {line.removeprefix("unsafe  ").partition(":")[0] for line in output.splitlines() if line[:8] == "unsafe  "}


def test_sp18_safe_settings_pass(safe: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert print_report(safe) == 0, capsys.readouterr().out
    assert "PostgreSQL" not in capsys.readouterr().out


def test_a_database_that_logs_what_was_typed_is_named() -> None:
    assert not list(database.server_advice({}, TRUSTED))
    assert len(list(database.server_advice({}, replace(TRUSTED, quiet_log=False)))) == 1


def test_a_second_host_that_nobody_waits_for_is_named() -> None:
    two = {"DATABASE_URL": "postgresql://app@a,b/m?target_session_attrs=read-write"}
    assert ["synchronous" in advice for advice in database.server_advice(two, TRUSTED)] == [True]
    assert not list(database.server_advice(two, replace(TRUSTED, waits_for_standby=True)))


@pytest.mark.parametrize(("setting", "value", "name"), UNSAFE)
def test_sp18_each_unsafe_setting_is_named(
    safe: dict[str, str], capsys: pytest.CaptureFixture[str], setting: str, value: str | None, name: str
) -> None:
    spoiled = {key: val for key, val in (safe | {setting: value}).items() if val is not None}
    assert print_report(spoiled) == 1
    output = capsys.readouterr().out
    assert named(output) == {name}
    assert value is None or len(value) < 9 or value not in output


@pytest.mark.parametrize(("role", "says"), [("postgres", "superuser"), ("marketplace_owner", "owns tables")])
def test_sp18_a_login_with_too_many_rights_is_named(
    safe: dict[str, str], postgres: EmbeddedPostgres, capsys: pytest.CaptureFixture[str], role: str, says: str
) -> None:
    del safe["DATABASE_OWNER_URL"]
    assert print_report(safe | {"DATABASE_URL": postgres.url(role, "tests")}) == 1
    assert "unsafe  DATABASE_URL: its login" in (output := capsys.readouterr().out)
    assert says in output


def test_sp18_a_login_past_the_policies_is_named(
    safe: dict[str, str], bypassing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_report(safe | {"DATABASE_URL": bypassing}) == 1
    assert "BYPASSRLS" in capsys.readouterr().out


TRUSTED = database.Login(
    superuser=False,
    bypasses_policies=False,
    owns_tables=False,
    may_take_roles=True,
    encrypted=True,
    gave_password=True,
    version=18,
    quiet_log=True,
    has_timeouts=True,
    waits_for_standby=False,
)


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        ({"gave_password": False}, "trust"),
        ({"encrypted": False}, "encrypted"),
        ({"version": 15}, "older"),
        ({"may_take_roles": False}, "roles"),
        ({"has_timeouts": False}, "time-outs"),
    ],
)
def test_sp18_a_remote_server_is_held_to_more(fact: dict[str, object], says: str) -> None:
    facts = TRUSTED.__dict__ | fact
    remote = {"DATABASE_URL": REMOTE + "?sslmode=verify-full"}
    assert not list(database.unsafe_login(remote, TRUSTED))
    assert [says in finding.says for finding in database.unsafe_login(remote, database.Login(**facts))] == [True]


@pytest.mark.parametrize(
    "url",
    ["postgresql://app@db.meridian.org/m?sslmode=verify-full", f"{REMOTE}?sslmode=require", REMOTE],
)
def test_sp18_a_remote_url_needs_password_and_tls(url: str) -> None:
    assert [finding.setting for finding in database.unsafe({"DATABASE_URL": url})] == ["DATABASE_URL"]


@pytest.mark.parametrize("name", ["secrets.json", ".env", "postgres-socket"])
def test_sp18_what_others_may_read_is_named(
    safe: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).touch(mode=0o600)
    assert print_report(safe) == 0
    (tmp_path / name).chmod(0o644)
    assert print_report(safe) == 1
    assert name in capsys.readouterr().out


def test_sp18_an_open_data_folder_is_named(
    safe: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o755)
    assert print_report(safe) == 1
    assert named(capsys.readouterr().out) == {"DATA_DIR"}


def test_the_records_of_the_sender_are_advised(safe: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    print_report(safe)
    output = capsys.readouterr().out
    assert all(part in output for part in ("v=spf1", "_domainkey.meridian.org.", "_dmarc.meridian.org."))


@pytest.mark.parametrize(("spoiled", "code"), [({}, 0), ({"SITE_URL": "http://meridian.org", "PORT": "no"}, 1)])
def test_sp18_the_command_says_it_all(safe: dict[str, str], spoiled: dict[str, str], code: int) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "config", "check"]
    environ = {"PATH": os.environ["PATH"], "FLASK_SKIP_DOTENV": "1"} | safe | spoiled
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert named(done.stdout) == ({"SITE_URL", "TRUSTED_HOSTS", "PORT"} if code else set())
    assert "Traceback" not in done.stderr
