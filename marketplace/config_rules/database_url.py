"""One spelling of a PostgreSQL URL that SQLAlchemy and libpq read alike, with one host or several."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

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
