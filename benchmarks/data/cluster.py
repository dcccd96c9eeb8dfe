"""One PostgreSQL for all measurements, below instance/bench; each size has a database, kept until its stamp changes."""

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks import machine
from benchmarks.data.copying import Connection
from benchmarks.progress import say
from marketplace.processes.embedded_postgres import APP, BACKUP, OWNER, EmbeddedPostgres, EmbeddedPostgresError
from marketplace.processes.run import ROOT

VERSION = 1  # of the generator: another number makes all data anew
FOLDER = ROOT / "instance" / "bench"
MIGRATIONS = ROOT / "migrations"
# Filling writes gigabytes, and is followed by a VACUUM of all; everything else stays as the site ships it.
_FILLING = {"max_wal_size": "8GB", "checkpoint_timeout": "30min", "autovacuum": "off"}
_STAMP = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"


def stamp() -> str:
    """Returns what decides whether kept data still fits: the generator's version, the migrations, and the month.

    The migrations to the letter, since grants are part of them; the month because checks end.
    """
    files = sorted(MIGRATIONS.rglob("*.py")) + sorted(MIGRATIONS.rglob("*.sql"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    return f"{VERSION} {digest} {time.strftime('%Y-%m')}"


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
        with self.superuser() as connection:
            for name, value in _FILLING.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
            connection.execute("SELECT pg_reload_conf()")
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

    def keep(self, name: str, *, template: str | None, fill: Callable[[str], None]) -> str:
        """Makes a database once, from another one, and has it filled; returns its name.

        Half-filled ones have no stamp, so they are made again.
        """
        if self._stamp_of(name) == stamp():
            return name
        began = time.monotonic()
        say(f"Making {name}")
        self.scratch(name, template=template)
        fill(name)
        self._vacuum(name)
        with self.superuser() as connection:
            label = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(stamp()))
            connection.execute(label)
        say(f"Made {name} in {time.monotonic() - began:.0f} s")
        return name

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
            connection.execute("VACUUM (ANALYZE, FREEZE)")
            connection.execute("CHECKPOINT")
