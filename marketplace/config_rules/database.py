"""Rules on how the app reaches its database, and on what its login may do there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from marketplace.config_rules.finding import Environment, Finding
from marketplace.config_rules.site import is_loopback

URLS = ("DATABASE_URL", "DATABASE_OWNER_URL", "BACKUP_DATABASE_URL")
CHECKED = ("verify-ca", "verify-full")
MIN_VERSION = 16


@dataclass(frozen=True, kw_only=True)
class Login:
    """What the server says about the app's login."""

    superuser: bool
    bypasses_policies: bool
    owns_tables: bool
    may_take_roles: bool
    encrypted: bool
    gave_password: bool
    version: int
    quiet_log: bool


def parsed(url: str) -> dict[str, Any] | None:
    """The parts of a PostgreSQL URL; None when it is none."""
    try:
        return dict(conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1)))
    except psycopg.Error:
        return None


def is_remote(environ: Environment, parts: dict[str, Any]) -> bool:
    """Whether the connection leaves this machine: neither a socket nor loopback."""
    hosts = str(parts.get("hostaddr") or parts.get("host") or environ.get("PGHOST", "")).split(",")
    return any(host and not host.startswith(("/", "@")) and not is_loopback(host) for host in hosts)


def unsafe(environ: Environment) -> Iterator[Finding]:
    """Findings on the three URLs, from the settings alone."""
    if not environ.get("DATABASE_URL"):
        yield Finding("DATABASE_URL", "is missing")
    urls = {name: parsed(environ[name]) for name in URLS if environ.get(name)}
    for name, parts in urls.items():
        yield from _url(environ, name, parts)
    app, owner = (urls.get(name) for name in ("DATABASE_URL", "DATABASE_OWNER_URL"))
    if app and owner and app.get("user") == owner.get("user"):
        yield Finding("DATABASE_OWNER_URL", "is the login of DATABASE_URL: the app must not own its tables")
    backup = urls.get("BACKUP_DATABASE_URL")
    if app and backup and app.get("user") == backup.get("user"):
        yield Finding("BACKUP_DATABASE_URL", "is the login of DATABASE_URL: the app must not read past its policies")


def _url(environ: Environment, name: str, parts: dict[str, Any] | None) -> Iterator[Finding]:
    if parts is None:
        yield Finding(name, "cannot be read as a PostgreSQL URL")
        return
    if not is_remote(environ, parts):
        return
    proofs = (parts.get("password"), parts.get("passfile"), parts.get("sslcert"))
    if not any((*proofs, environ.get("PGPASSWORD"), environ.get("PGPASSFILE"))):
        yield Finding(name, "leads to another machine without a password")
    if (parts.get("sslmode") or environ.get("PGSSLMODE")) not in CHECKED:
        yield Finding(name, "leads to another machine without TLS and a checked certificate; add ?sslmode=verify-full")


def unsafe_login(environ: Environment, login: Login) -> Iterator[Finding]:
    """Findings on the app's login that only the server can tell."""
    parts = parsed(environ.get("DATABASE_URL", "")) or {}
    if login.superuser:
        yield Finding("DATABASE_URL", "its login is or can become a superuser")
    elif login.bypasses_policies:
        yield Finding("DATABASE_URL", "its login is or can become one that bypasses row-level security (BYPASSRLS)")
    elif login.owns_tables:
        yield Finding("DATABASE_URL", "its login owns tables; give them to the login of DATABASE_OWNER_URL")
    if not login.may_take_roles:
        yield Finding("DATABASE_URL", "its login may not take the database roles role_*; see docs/running.md, Roles")
    if is_remote(environ, parts) and not (login.gave_password or parts.get("sslcert")):
        yield Finding("DATABASE_URL", "the server lets its login in without a password (trust)")
    if is_remote(environ, parts) and not login.encrypted:
        yield Finding("DATABASE_URL", "the connection is not encrypted")
    if login.version < MIN_VERSION:
        yield Finding("DATABASE_URL", f"the server is older than PostgreSQL {MIN_VERSION}")


def log_advice(login: Login) -> Iterator[str]:
    """Settings that keep what people typed out of the server's own log."""
    if not login.quiet_log:
        yield "ALTER ROLE <app's login> SET log_min_messages = 'log'  (the text of an error holds what was typed)"
