"""Settings come from the environment only, with a default for each that development can live with."""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from click import ClickException

from marketplace.config_rules.database import database_url
from marketplace.config_rules.environment import unreadable, unsafe
from marketplace.config_rules.finding import Finding
from marketplace.config_rules.finding import is_on as _flag
from marketplace.config_rules.secret_keys import DEVELOPMENT_SECRET, derived_field_key

# What every connection to the database asks of libpq. A server that is gone without a word (no power, no network) is
# noticed within some 20 seconds, whether something was sent to it or an answer is awaited; libpq's own default is
# hours. Connections through a socket of this machine do without. One that is there and silent is left to
# foundation/database/timeouts.py, as is whatever a person waits for.
REACH_DATABASE: Mapping[str, str | int] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 20_000,  # milliseconds until what was sent has to be acknowledged
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}


class UnsafeConfiguration(ClickException):
    """Names everything the site must not start with, at once; a command says it without a traceback."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("The settings are unsafe.\n" + "\n".join(f"  {finding}" for finding in findings))
        self.findings = tuple(findings)


def field_keys(raw: str) -> tuple[bytes, ...]:
    """Master keys, newest first; each is 32 bytes in base64."""
    return tuple(base64.b64decode(part) for part in raw.split(",") if part.strip())


def _secrets(environ: Mapping[str, str]) -> dict[str, object]:
    keys = environ.get("FIELD_KEYS", "")
    secret = environ.get("SECRET_KEY", "") or DEVELOPMENT_SECRET
    derived = base64.b64encode(derived_field_key(secret)).decode()
    return {
        "SECRET_KEY": secret,
        "FIELD_KEYS": field_keys(keys or derived),
        "SECURITY_PASSWORD_SALT": environ.get("PASSWORD_SALT", hashlib.sha256(b"salt" + secret.encode()).hexdigest()),
        "SECURITY_TOTP_SECRETS": {
            "1": environ.get("TOTP_SECRET", hashlib.sha256(b"totp" + secret.encode()).hexdigest())
        },
    }


def _database(environ: Mapping[str, str]) -> dict[str, object]:
    url = database_url(environ.get("DATABASE_URL", "postgresql:///marketplace"))
    direct = database_url(environ["DIRECT_DATABASE_URL"]) if environ.get("DIRECT_DATABASE_URL") else None
    owner = database_url(environ.get("DATABASE_OWNER_URL", direct or url))
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "DIRECT_DATABASE_URL": direct,  # where it is set, DATABASE_URL leads through a pooler
        "READ_DATABASE_URL": database_url(environ["READ_DATABASE_URL"]) if environ.get("READ_DATABASE_URL") else None,
        "DATABASE_OWNER_URL": owner,
        # It must see every row, whatever policies hold the others: a role with BYPASSRLS that only reads.
        "BACKUP_DATABASE_URL": database_url(environ.get("BACKUP_DATABASE_URL", owner)),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": False,  # engines.py tries what lay in the pool
            "pool_size": 6,
            "max_overflow": 6,
            "pool_timeout": 5,
            # Parameters are what people typed: they never reach a traceback or a log.
            "hide_parameters": True,
            "connect_args": {**REACH_DATABASE, "application_name": "marketplace"},
        },
    }


def _mail(environ: Mapping[str, str]) -> dict[str, object]:
    return {
        "MAIL_SERVER": environ.get("MAIL_SERVER", "127.0.0.1"),
        "MAIL_PORT": int(environ.get("MAIL_PORT", "1025")),
        "MAIL_USERNAME": environ.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": environ.get("MAIL_PASSWORD") or None,
        "MAIL_USE_TLS": _flag(environ, "MAIL_USE_TLS", False),
        "MAIL_HOOK_SECRET": environ.get("MAIL_HOOK_SECRET", ""),
        "MAIL_DEFAULT_SENDER": environ.get("MAIL_DEFAULT_SENDER", "quotes@meridian.example"),
    }


def _cookies(production: bool) -> dict[str, object]:
    return {
        "SESSION_COOKIE_NAME": "__Host-sid" if production else "sid",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
    }


def load_config(environ: Mapping[str, str]) -> dict[str, object]:
    """The whole configuration of the app. Raises UnsafeConfiguration where production would be unsafe."""
    production = environ.get("MARKETPLACE_ENV", "development") == "production"
    findings = unsafe(environ) if production else unreadable(environ)
    if findings:
        raise UnsafeConfiguration(findings)
    port = environ.get("PORT", "8000")
    site_url = environ.get("SITE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    hosts = [host.strip() for host in environ.get("TRUSTED_HOSTS", "").split(",") if host.strip()]
    return {
        "PRODUCTION": production,
        "DATA_DIR": environ.get("DATA_DIR", "instance"),
        "SITE_NAME": environ.get("SITE_NAME", "Meridian"),
        "SITE_URL": site_url,
        # The supervisor asks at 127.0.0.1 whether the site is ready.
        "TRUSTED_HOSTS": [*(hosts or [str(urlsplit(site_url).hostname) if production else "localhost"]), "127.0.0.1"],
        # Folders with further treatments, beside those that come with the site.
        "CONTENT_FOLDERS": tuple(filter(None, environ.get("CONTENT_FOLDERS", "").split(os.pathsep))),
        "TIMEZONE": environ.get("TIMEZONE", "UTC"),
        "PROXY_HOPS": int(environ.get("PROXY_HOPS", "0")),
        "LIMITS_ON": production or _flag(environ, "LIMITS", True),
        "CHALLENGES_ON": _flag(environ, "CHALLENGES", production),
        "CONSTANT_TIME_RESPONSES": True,
        "LIMITS_SHARED": 1 if production else 20,
        "METRICS_TOKEN": environ.get("METRICS_TOKEN") or None,
        "REQUIRE_SECOND_FACTOR": _flag(environ, "REQUIRE_SECOND_FACTOR", production),
        "UNDO_SECONDS": int(environ.get("UNDO_SECONDS", "300" if production else "10")),
        "GROUP_SECONDS": int(environ.get("GROUP_SECONDS", "7200" if production else "30")),
        "SLOW_STATEMENT_MS": int(environ.get("SLOW_STATEMENT_MS", "250")),
        "PAGE_CACHE_BYTES": int(environ.get("PAGE_CACHE_BYTES", 16 * 1024**2)),
        "MAX_CONTENT_LENGTH": 512 * 1024,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "BABEL_DEFAULT_LOCALE": "en",
        **_secrets(environ),
        **_database(environ),
        **_mail(environ),
        **_cookies(production),
    }
