"""One PostgreSQL for all measurements, below instance/bench; each size has a database, kept as long as it fits."""

import hashlib
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy.exc import SQLAlchemyError

from benchmarks import machine
from benchmarks.data.copying import Connection, run_all
from benchmarks.progress import say
from marketplace.processes.embedded_postgres import APP, BACKUP, OWNER, EmbeddedPostgres, EmbeddedPostgresError
from marketplace.processes.postgres_tools import tool
from marketplace.processes.run import ROOT

VERSION = 3  # of the generator: another number makes all data anew
FOLDER = ROOT / "instance" / "bench"
MIGRATIONS = ROOT / "migrations"
# Filling writes gigabytes, and is followed by a VACUUM of all; everything else stays as the site ships it.
_ALWAYS = {"max_wal_size": "8GB", "checkpoint_timeout": "30min", "autovacuum": "off"}
_WHILE_FILLING = {"full_page_writes": "off"}  # a power cut costs what was made up, and no more
_STAMP = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
_TABLES = """
SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
ORDER BY pg_relation_size(oid) DESC
"""
Change = Callable[[str], None]  # of the database with that name


def stamp() -> str:
    """Returns what kept data must have been made by to fit: the generator's version and month, and the migrations.

    The migrations to the letter, since grants are part of them; the month because checks end.
    """
    files = sorted(MIGRATIONS.rglob("*.py")) + sorted(MIGRATIONS.rglob("*.sql"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    return f"{VERSION} {time.strftime('%Y-%m')} {digest}"


class Cluster:
    """The server and its databases. Use it in a `with` statement."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder)
        self.pid = 0

    def __enter__(self) -> "Cluster":
        self.postgres.prepare()
        self.pid = self.postgres.spawn().pid
        machine.pin(self.pid, machine.other_core())
        self._wait()
        self.postgres.provision()
        self._set(_ALWAYS)
        return self

    def __exit__(self, *_error: object) -> None:
        self.postgres.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + 120  # after a crash it reads its log again
        while not self.postgres.accepts():
            if not self.postgres.running or time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{self.postgres.last_lines()}")
            time.sleep(0.05)

    def url(self, database: str, role: str = APP) -> str:
        """Returns the URL of a database for a role."""
        return self.postgres.url(role, database)

    def settings(self, database: str) -> Mapping[str, str]:
        """Returns the settings by which the site reaches a database."""
        return {
            "DATABASE_URL": self.url(database),
            "DATABASE_OWNER_URL": self.url(database, OWNER),
            "BACKUP_DATABASE_URL": self.url(database, BACKUP),
        }

    def superuser(self, database: str = "postgres") -> Connection:
        """Connects as the superuser; each statement is its own transaction."""
        return psycopg.connect(self.url(database, "postgres"), autocommit=True)

    def keep(self, name: str, *, template: str | None, fill: Change, upgrade: Change | None = None) -> str:
        """Makes a database once, from another one, and has it filled; returns its name.

        One that lacks migrations alone is upgraded, if it then has the schema of the template's; otherwise, or half
        filled, it is made again.
        """
        found = self._stamp_of(name)
        if found == stamp():
            return name
        began = time.monotonic()
        with self._filling():
            older = found is not None and found.rpartition(" ")[0] == stamp().rpartition(" ")[0]
            done = older and template and upgrade and self._upgraded(name, upgrade, like=template)
            if not done:
                say(f"Making {name}")
                self.scratch(name, template=template)
                fill(name)
            self._vacuum(name)
        with self.superuser() as connection:
            label = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(stamp()))
            connection.execute(label)
        say(f"{'Upgraded' if done else 'Made'} {name} in {time.monotonic() - began:.0f} s")
        return name

    def _upgraded(self, name: str, upgrade: Change, *, like: str) -> bool:
        """Upgrades a database; returns whether that made its schema the same as another one's."""
        say(f"Upgrading {name}")
        try:
            upgrade(name)
        except (CommandError, SQLAlchemyError) as problem:  # such as a migration of another branch
            say(f"  {str(problem).splitlines()[0]}")
            return False
        return schema(self.url(name, "postgres")) == schema(self.url(like, "postgres"))

    @contextmanager
    def _filling(self) -> Iterator[None]:
        """Lets new connections work on all cores, and writes less, until the block ends."""
        machine.pin(self.pid, *machine.cores())
        self._set(_WHILE_FILLING)
        try:
            yield
        finally:
            self._set(dict.fromkeys(_WHILE_FILLING))
            machine.pin(self.pid, machine.other_core())

    def _set(self, settings: Mapping[str, str | None]) -> None:
        """Changes settings of the server; None gives back what the site ships."""
        with self.superuser() as connection:
            for name, value in settings.items():
                change = f"SET {name} = '{value}'" if value else f"RESET {name}"
                connection.execute(f"ALTER SYSTEM {change}".encode())
            connection.execute("SELECT pg_reload_conf()")

    def scratch(self, name: str, *, template: str | None) -> str:
        """Makes a database anew, to write into; returns its name."""
        self.postgres.drop_database(name)
        self.postgres.create_database(name, template=template)
        return name

    def drop(self, name: str) -> None:
        """Drops a database."""
        self.postgres.drop_database(name)

    def _stamp_of(self, name: str) -> str | None:
        with self.superuser() as connection:
            found = connection.execute(_STAMP, [name]).fetchone()
        return str(found[0]) if found and found[0] is not None else None

    def _vacuum(self, name: str) -> None:
        with self.superuser(name) as connection:
            tables = [str(table) for (table,) in connection.execute(_TABLES)]
        options = "ANALYZE, FREEZE, PARALLEL 0, BUFFER_USAGE_LIMIT '0'"
        run_all(self.url(name, "postgres"), [f"VACUUM ({options}) {table}" for table in tables])
        with self.superuser(name) as connection:
            connection.execute("CHECKPOINT")


def schema(url: str) -> list[str]:
    """Returns the schema of a database as pg_dump writes it, without the reference's tables."""
    command = [str(tool("pg_dump", url=url)), "--schema-only", "--exclude-table=reference_*", url]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]  # they name a random word
