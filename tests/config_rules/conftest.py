"""A server's settings that are safe, so that a test says only what it spoils."""

import base64
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from marketplace.processes import config_check
from marketplace.processes.embedded_postgres import EmbeddedPostgres

FIELD_KEY = base64.b64encode(bytes(range(40, 72))).decode()
OLD_FIELD_KEY = base64.b64encode(bytes(range(140, 172))).decode()
SAFE = {
    "MARKETPLACE_ENV": "production",
    "SECRET_KEY": "gZ8w-1nQ4rT6yU8iO0pA2sD4fG6hJ8kL0zX2cV4bN6mQ",
    "FIELD_KEYS": f"{FIELD_KEY},{OLD_FIELD_KEY}",
    "SITE_URL": "https://quotes.meridian.org",
    "TRUSTED_HOSTS": "quotes.meridian.org,127.0.0.1",
    "PROXY_HOPS": "1",
    "MAIL_SERVER": "smtp.meridian.org",
    "MAIL_PORT": "587",
    "MAIL_USE_TLS": "1",
    "MAIL_DEFAULT_SENDER": "Meridian <quotes@meridian.org>",
}


@pytest.fixture
def safe(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A real database and a login that owns nothing; no file of this folder plays a part."""
    monkeypatch.setattr(config_check, "ROOT", tmp_path)
    return SAFE | {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "DATABASE_OWNER_URL": app.config["DATABASE_OWNER_URL"],
        "DATA_DIR": str(tmp_path),
    }


@pytest.fixture(scope="session")
def bypassing(postgres: EmbeddedPostgres) -> str:
    """A login that row-level security does not hold, as backups need one."""
    with psycopg.connect(postgres.url("postgres", "tests"), autocommit=True) as connection:
        connection.execute("CREATE ROLE bypassing LOGIN BYPASSRLS")
        connection.execute('GRANT CONNECT ON DATABASE "tests" TO bypassing')
    return postgres.url("bypassing", "tests")
