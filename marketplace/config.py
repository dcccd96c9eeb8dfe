"""Settings come from the environment only, with a default for each that development can live with."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import timedelta

DEVELOPMENT_SECRET = "development-only-secret-never-for-production"  # noqa: S105 - refused in production


class UnsafeConfiguration(RuntimeError):
    """Production does not start with a missing or a default secret."""


def database_url(raw: str) -> str:
    """Any spelling of a PostgreSQL URL becomes the one that means psycopg 3."""
    for prefix in ("postgres://", "postgresql+psycopg://"):
        if raw.startswith(prefix):
            return "postgresql://" + raw.removeprefix(prefix)
    return raw


def field_keys(raw: str) -> tuple[bytes, ...]:
    """Master keys, newest first; each is 32 bytes in base64."""
    keys = tuple(base64.b64decode(part) for part in raw.split(",") if part.strip())
    if any(len(key) != 32 for key in keys):
        raise UnsafeConfiguration("FIELD_KEYS: each key must be 32 bytes in base64")
    return keys


def _flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    return environ.get(name, "1" if default else "0").lower() in {
        "1",
        "true",
        "yes",
        "on",
    }


def _secrets(environ: Mapping[str, str], production: bool) -> dict[str, object]:
    secret = environ.get("SECRET_KEY", "")
    keys = environ.get("FIELD_KEYS", "")
    if production and (len(secret) < 32 or secret == DEVELOPMENT_SECRET or not keys):
        raise UnsafeConfiguration("Production needs SECRET_KEY (32 characters or more) and FIELD_KEYS")
    secret = secret or DEVELOPMENT_SECRET
    derived = base64.b64encode(hashlib.sha256(secret.encode()).digest()).decode()
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
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "DATABASE_OWNER_URL": database_url(environ.get("DATABASE_OWNER_URL", url)),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": True,
            "pool_size": 6,
            "max_overflow": 6,
            # Parameters are what people typed: they never reach a traceback or a log.
            "hide_parameters": True,
            "connect_args": {"connect_timeout": 5, "application_name": "marketplace"},
        },
    }


def _mail(environ: Mapping[str, str], site_name: str) -> dict[str, object]:
    return {
        "MAIL_SERVER": environ.get("MAIL_SERVER", "127.0.0.1"),
        "MAIL_PORT": int(environ.get("MAIL_PORT", "1025")),
        "MAIL_USERNAME": environ.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": environ.get("MAIL_PASSWORD") or None,
        "MAIL_USE_TLS": _flag(environ, "MAIL_USE_TLS", False),
        "MAIL_DEFAULT_SENDER": environ.get("MAIL_DEFAULT_SENDER", f"{site_name} <quotes@meridian.example>"),
    }


def _cookies(production: bool) -> dict[str, object]:
    return {
        "SESSION_COOKIE_NAME": "__Host-sid" if production else "sid",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "WTF_CSRF_TIME_LIMIT": None,
    }


def load_config(environ: Mapping[str, str]) -> dict[str, object]:
    """The whole configuration of the app. Raises UnsafeConfiguration where production would be unsafe."""
    production = environ.get("MARKETPLACE_ENV", "development") == "production"
    port = environ.get("PORT", "8000")
    site_name = environ.get("SITE_NAME", "Meridian")
    hosts = [host.strip() for host in environ.get("TRUSTED_HOSTS", "").split(",") if host.strip()]
    return {
        "PRODUCTION": production,
        "PORT": int(port),
        "DATA_DIR": environ.get("DATA_DIR", "instance"),
        "SITE_NAME": site_name,
        "SITE_URL": environ.get("SITE_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        "TRUSTED_HOSTS": hosts or (None if production else ["127.0.0.1", "localhost"]),
        "PROXY_HOPS": int(environ.get("PROXY_HOPS", "0")),
        "REQUIRE_SECOND_FACTOR": _flag(environ, "REQUIRE_SECOND_FACTOR", production),
        "UNDO_SECONDS": int(environ.get("UNDO_SECONDS", "300" if production else "10")),
        "GROUP_SECONDS": int(environ.get("GROUP_SECONDS", "7200" if production else "30")),
        "MAX_CONTENT_LENGTH": 512 * 1024,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "BABEL_DEFAULT_LOCALE": "en",
        **_secrets(environ, production),
        **_database(environ),
        **_mail(environ, site_name),
        **_cookies(production),
    }
