"""Production does not start with what is unsafe, and says all of it at once."""

import os
import subprocess
import sys
from typing import Any

import pytest

from marketplace.config import UnsafeConfiguration, load_config
from marketplace.processes.run import ROOT
from tests.config_rules.conftest import SAFE

SAFE_URL = {"DATABASE_URL": "postgresql://marketplace_app@/marketplace"}


def test_safe_settings_load() -> None:
    config = load_config(SAFE | SAFE_URL)
    assert config["PRODUCTION"]
    assert config["REQUIRE_SECOND_FACTOR"]
    assert config["SESSION_COOKIE_NAME"] == "__Host-sid"


def test_everything_unsafe_is_named_at_once() -> None:
    spoiled = SAFE | SAFE_URL | {"SECRET_KEY": "short", "SITE_URL": "http://meridian.org", "MAIL_PORT": "x"}
    del spoiled["PROXY_HOPS"]
    with pytest.raises(UnsafeConfiguration) as refusal:
        load_config(spoiled)
    names = {"SECRET_KEY", "SITE_URL", "TRUSTED_HOSTS", "MAIL_PORT", "PROXY_HOPS"}
    assert {finding.setting for finding in refusal.value.findings} == names
    assert all(name in str(refusal.value) for name in names)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("MAIL_PORT", ""),
        ("UNDO_SECONDS", "1.5"),
        ("MARKETPLACE_ENV", "prod"),
        ("FIELD_KEYS", "none"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("MAIL_PORT", "99999"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_CONCURRENCY", "-2"),
        ("WEB_CONCURRENCY", "100000"),
        ("PROXY_HOPS", "-1"),
        ("UNDO_SECONDS", "-1"),
        ("GROUP_SECONDS", "-30"),
        ("UNDO_SECONDS", "9" * 30),
        ("SLOW_STATEMENT_MS", "soon"),
        ("SITE_URL", "meridian"),
        ("SITE_URL", "http://127.0.0.1:8000/path"),
        ("REQUIRE_SECOND_FACTOR", "maybe"),
        ("CHALLENGES", "2"),
        ("DATA_DIR", "/etc/hostname"),
        ("DATA_DIR", "/etc/hostname/below/it"),
        ("DATA_DIR", "x" * 5000),
    ],
)
def test_development_refuses_what_it_cannot_read(name: str, value: str) -> None:
    with pytest.raises(UnsafeConfiguration, match=name):
        load_config({name: value})


@pytest.mark.parametrize("setting", ["DATA_DIR=/etc/hostname/x", "UNDO_SECONDS=-1", "WEB_CONCURRENCY=0", "PORT=x"])
def test_make_run_says_it_in_one_sentence(setting: str) -> None:
    name, value = setting.split("=")
    environ = {"PATH": os.environ["PATH"], name: value}
    command = [sys.executable, "-m", "marketplace.processes.run"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.count(f"  {name}: ") == 1
    assert "Traceback" not in done.stderr + done.stdout


def test_a_wait_of_nothing_is_for_development() -> None:
    assert load_config({"UNDO_SECONDS": "0", "GROUP_SECONDS": "0"})["UNDO_SECONDS"] == 0
    with pytest.raises(UnsafeConfiguration, match="UNDO_SECONDS"):
        load_config(SAFE | SAFE_URL | {"UNDO_SECONDS": "0"})


def test_commands_say_it_without_a_traceback() -> None:
    environ = {"PATH": os.environ["PATH"], "FLASK_SKIP_DOTENV": "1", "MARKETPLACE_ENV": "production"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "SECRET_KEY: is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_starts_nothing_unsafe() -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "FLASK_SKIP_DOTENV": "1",
        "DATABASE_URL": "postgresql://app@127.0.0.1:1/none",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "unsafe  SECRET_KEY" in done.stdout
    assert "safe settings only" in done.stderr


def test_a_body_too_large_is_refused(client: Any) -> None:
    answer = client.post("/my/link", data={"email": "a" * (512 * 1024 + 1)})
    assert answer.status_code == 413
