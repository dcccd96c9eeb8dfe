"""The whole check: what the environment says, what the database says of the login, what the files show."""

from pathlib import Path

import psycopg

from marketplace.config_rules import database, environment, site
from marketplace.config_rules.environment import unsafe
from marketplace.config_rules.finding import Environment, Finding
from marketplace.processes.embedded_postgres import ROLES

ROOT = Path(__file__).resolve().parents[2]
PRIVATE_FILES = (
    "secrets.json",
    "environment.json",
    "sample-password",
    "mail",
    "postgres",
    "postgres-socket",
    "postgres.log",
)

OPTIONS = "-c statement_timeout=5s -c idle_in_transaction_session_timeout=10s"
LOGIN = """
SELECT bool_or(rolsuper), bool_or(rolbypassrls),
       (SELECT count(*) > 0 FROM pg_class JOIN pg_namespace AS space ON space.oid = relnamespace
        WHERE relkind IN ('r', 'p') AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%%'
          AND pg_has_role(relowner, 'MEMBER')),
       current_setting('log_min_messages') IN ('log', 'fatal', 'panic'),
       count(*) FILTER (WHERE rolname = ANY(%(roles)s)) = cardinality(%(roles)s),
       current_setting('statement_timeout') <> '0'
         AND current_setting('idle_in_transaction_session_timeout') <> '0',
       current_setting('synchronous_standby_names') <> ''
FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')
"""


def check(environ: Environment) -> tuple[list[Finding], list[str]]:
    """Returns everything unsafe, and what must be set outside the site."""
    findings = unsafe(environ) + list(environment.exposed_files(file_modes(environ)))
    advice = [f"DNS  {record}" for record in site.dns_advice(environ)]
    try:
        login = ask_server(environ)
    except psycopg.Error as error:
        findings.append(database.refused(error))
    else:
        if login is not None:
            findings += database.unsafe_login(environ, login)
            advice += [f"PostgreSQL  {line}" for line in database.server_advice(environ, login)]
    findings += unreachable(environ)
    return sorted(set(findings)), advice


def print_report(environ: Environment) -> int:
    """Prints the findings and the advice; returns the exit code."""
    findings, advice = check(environ)
    for finding in findings:
        print(f"unsafe  {finding}")
    for line in advice:
        print(f"to set  {line}")
    print(f"{len(findings)} unsafe" if findings else "Nothing unsafe was found.", flush=True)
    return 1 if findings else 0


def ask_server(environ: Environment) -> database.Login | None:
    """Asks the server about the app's login; None without a URL. Raises psycopg.Error."""
    parts = database.parsed(environ.get("DATABASE_URL", ""))
    if not parts:
        return None
    # The site gives each connection its time-outs; a pooler refuses them, and the login has to have them.
    is_pooled = bool(environ.get("DIRECT_DATABASE_URL"))
    given = {"prepare_threshold": None} if is_pooled else {"options": f"{parts.get('options') or ''} {OPTIONS}".strip()}
    with psycopg.connect(**{"connect_timeout": "5", **parts, **given}, autocommit=True) as connection:
        row = connection.execute(LOGIN, {"roles": list(ROLES)}).fetchone() or (
            True,
            True,
            True,
            False,
            False,
            False,
            False,
        )
        return database.Login(
            superuser=row[0],
            bypasses_policies=row[1],
            owns_tables=row[2],
            quiet_log=row[3],
            may_take_roles=row[4],
            has_timeouts=row[5],
            waits_for_standby=row[6],
            encrypted=bool(connection.pgconn.ssl_in_use),
            gave_password=bool(connection.pgconn.used_password),
            version=connection.info.server_version // 10000,
        )


def unreachable(environ: Environment) -> list[Finding]:
    """Findings on the ways to the database beside DATABASE_URL that lead nowhere, or through a pooler."""
    findings = []
    for name in database.OF_APP[1:]:
        parts = database.parsed(environ.get(name, ""))
        if not parts:
            continue
        try:
            psycopg.connect(**{"connect_timeout": "5", "options": OPTIONS, **parts}).close()
        except psycopg.Error as error:
            findings.append(database.refused(error, name=name))
    return findings


def file_modes(environ: Environment) -> dict[str, int]:
    """Returns the modes of the files that hold keys or data and exist."""
    folder = Path(environ.get("DATA_DIR") or "instance")
    kept = {".env": ROOT / ".env", "DATA_DIR": folder, **{f"DATA_DIR/{name}": folder / name for name in PRIVATE_FILES}}
    return {name: path.stat().st_mode for name, path in kept.items() if path.exists()}
