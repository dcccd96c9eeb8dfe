"""Rules on how the app reaches its database, and on what its login may do there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from marketplace.config_rules.finding import Environment, Finding
from marketplace.config_rules.site import is_loopback

# As libpq knows them; what a URL for writing and one for reading may ask of a server.
WRITES = {"read-write", "primary"}
SESSION_ATTRIBUTES = {"any", "read-only", "standby", "prefer-standby"} | WRITES


def database_url(raw: str) -> str:
    """Any spelling becomes the one that means psycopg 3; several hosts become lists: `?host=a,b&port=5432,5433`.

    They may be written as SQLAlchemy does (`?host=a:5432&host=b:5433`) or as libpq does (`//login@a:5432,b:5433/name`),
    which read only their own.
    """
    for prefix in ("postgres://", "postgresql+psycopg://"):
        if raw.startswith(prefix):
            raw = "postgresql://" + raw.removeprefix(prefix)
    if not raw.startswith("postgresql://"):
        return raw
    parts = urlsplit(raw)
    query = parse_qsl(parts.query, keep_blank_values=True)
    login, at, authority = parts.netloc.rpartition("@")
    in_query = [value for name, value in query if name == "host"]
    if "," in authority and not in_query:
        return _with_lists(parts._replace(netloc=login + at).geturl(), authority.split(","))
    if len(in_query) > 1 or any(_port_of(host) for host in in_query):
        return _with_lists(raw, in_query)
    return raw


def _with_lists(url: str, hosts: list[str]) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "host"]
    ports = [_port_of(host) for host in hosts]
    names = [
        host.removesuffix(f":{port}").strip("[]") if port else host for host, port in zip(hosts, ports, strict=True)
    ]
    lists = [("host", ",".join(names))] + ([("port", ",".join(ports))] if any(ports) else [])
    # `//` stays where the authority is empty.
    return urlunsplit(("postgresql", "", parts.path, urlencode([*lists, *kept], safe="/,:@"), "")).replace(
        "postgresql:", f"postgresql://{parts.netloc}", 1
    )


def _port_of(host: str) -> str:
    """The port behind a host's name, or nothing: a socket's folder and a bare IPv6 address have none."""
    if host.startswith(("/", "@")) or (host.count(":") > 1 and "]:" not in host):
        return ""
    return host.rpartition(":")[2] if ":" in host else ""


# Those that lead to the app's own login come first.
OF_APP = ("DATABASE_URL", "DIRECT_DATABASE_URL", "READ_DATABASE_URL")
URLS = (*OF_APP, "DATABASE_OWNER_URL", "BACKUP_DATABASE_URL")
MUST_WRITE = ("DATABASE_URL", "DIRECT_DATABASE_URL", "DATABASE_OWNER_URL")
CHECKED = ("verify-ca", "verify-full")
MIN_VERSION = 16
MAX_PORT = 65536


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
    has_timeouts: bool
    waits_for_standby: bool


def parsed(url: str) -> dict[str, Any] | None:
    """The parts of a PostgreSQL URL; None when it is none."""
    try:
        return dict(conninfo_to_dict(database_url(url)))
    except (psycopg.Error, ValueError):
        return None


def unreadable(environ: Environment) -> Iterator[Finding]:
    """Findings on URLs that lead nowhere, or to a server that cannot do what is asked of it."""
    for name in URLS:
        if not environ.get(name):
            continue
        parts = parsed(environ[name])
        if parts is None:
            yield Finding(name, "cannot be read as a PostgreSQL URL")
        else:
            yield from _hosts(name, parts)
    if environ.get("DIRECT_DATABASE_URL") and not environ.get("DATABASE_URL"):
        yield Finding(
            "DIRECT_DATABASE_URL", "leads past a pooler, but DATABASE_URL, which leads through it, is missing"
        )


def _hosts(name: str, parts: dict[str, Any]) -> Iterator[Finding]:
    hosts = str(parts.get("hostaddr") or parts.get("host") or "").split(",")
    ports = [port for port in str(parts.get("port") or "").split(",") if port]
    wanted = parts.get("target_session_attrs")
    if not all(port.isdecimal() and 0 < int(port) < MAX_PORT for port in ports):
        yield Finding(name, "names a port that is none")
    if len(ports) not in {0, 1, len(hosts)}:
        yield Finding(name, "does not name as many ports as hosts")
    if "" in hosts[1:] or (len(hosts) > 1 and not hosts[0]):
        yield Finding(name, "names a host without a name")
    if wanted is not None and wanted not in SESSION_ATTRIBUTES:
        yield Finding(name, f"target_session_attrs must be one of {', '.join(sorted(SESSION_ATTRIBUTES))}")
    elif name in MUST_WRITE and wanted not in WRITES and (len(hosts) > 1 or wanted not in {None, "any"}):
        yield Finding(name, "may lead to a server that only reads; add target_session_attrs=read-write")
    elif name == "READ_DATABASE_URL" and wanted in WRITES:
        yield Finding(name, "leads to a standby, and asks for a server that writes")


def is_remote(environ: Environment, parts: dict[str, Any]) -> bool:
    """Whether the connection leaves this machine: neither a socket nor loopback."""
    hosts = str(parts.get("hostaddr") or parts.get("host") or environ.get("PGHOST", "")).split(",")
    return any(host and not host.startswith(("/", "@")) and not is_loopback(host) for host in hosts)


def unsafe(environ: Environment) -> Iterator[Finding]:
    """Findings on the URLs, from the settings alone."""
    if not environ.get("DATABASE_URL"):
        yield Finding("DATABASE_URL", "is missing")
    urls = {name: parsed(environ[name]) for name in URLS if environ.get(name)}
    for name, parts in urls.items():
        if parts is not None:
            yield from _remote(environ, name, parts)
    for name in OF_APP[1:]:
        if (app := urls.get("DATABASE_URL")) and (other := urls.get(name)) and app.get("user") != other.get("user"):
            yield Finding(name, "is another login than that of DATABASE_URL: the roles are granted to that one")
    app, owner = (urls.get(name) for name in ("DATABASE_URL", "DATABASE_OWNER_URL"))
    if app and owner and app.get("user") == owner.get("user"):
        yield Finding("DATABASE_OWNER_URL", "is the login of DATABASE_URL: the app must not own its tables")
    backup = urls.get("BACKUP_DATABASE_URL")
    if app and backup and app.get("user") == backup.get("user"):
        yield Finding("BACKUP_DATABASE_URL", "is the login of DATABASE_URL: the app must not read past its policies")


def _remote(environ: Environment, name: str, parts: dict[str, Any]) -> Iterator[Finding]:
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
    if is_remote(environ, parts):
        yield from _unsafe_remote(login, parts)
    if not login.has_timeouts:
        yield Finding(
            "DATABASE_URL", "its login has no time-outs of its own, which a pooler leaves it; see docs/scale.md"
        )
    if login.version < MIN_VERSION:
        yield Finding("DATABASE_URL", f"the server is older than PostgreSQL {MIN_VERSION}")


def _unsafe_remote(login: Login, parts: dict[str, Any]) -> Iterator[Finding]:
    if not (login.gave_password or parts.get("sslcert")):
        yield Finding("DATABASE_URL", "the server lets its login in without a password (trust)")
    if not login.encrypted:
        yield Finding("DATABASE_URL", "the connection is not encrypted")


def refused(error: psycopg.Error, *, name: str = "DATABASE_URL") -> Finding:
    """The finding on a server that let nobody in. The error's text may hold the URL."""
    if "startup parameter" in str(error):
        return Finding(name, "leads through a pooler; DIRECT_DATABASE_URL must name the way past it (docs/scale.md)")
    return Finding(name, f"the database could not be asked ({type(error).__name__})")


def server_advice(environ: Environment, login: Login) -> Iterator[str]:
    """What to set on the server: for its own log, and where another is to take over."""
    if not login.quiet_log:
        yield "ALTER ROLE <app's login> SET log_min_messages = 'log'  (the text of an error holds what was typed)"
    hosts = str((parsed(environ.get("DATABASE_URL", "")) or {}).get("host") or "")
    if "," in hosts and not login.waits_for_standby:
        yield "synchronous_standby_names  (without it a lost primary takes along what it alone acknowledged)"
