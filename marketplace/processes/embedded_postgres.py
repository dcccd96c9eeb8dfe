"""PostgreSQL as our own child: data and socket below one folder, no network, no installation."""

import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from marketplace.processes import postgres_tools as files
from marketplace.processes.launch import CannotStart, InstanceLock, end, launch

OWNER = "marketplace_owner"
APP = "marketplace_app"
BACKUP = "marketplace_backup"
DATABASE = "marketplace"
# What the app's login may take for one transaction; migrations/row_policies.py says what each may do.
RENAME_ROLES = Path(__file__).parents[2] / "migrations" / "sql" / "rename_roles.sql"
ROLES = ("role_public", "role_account", "role_patient", "role_clinic", "role_operator", "role_worker")
_MAX_LOG_BYTES = 5 * 1024 * 1024
EXTENSIONS = ("pg_trgm", "unaccent")

# What people typed never reaches the log. A refused statement is the app's to report: its very message may quote a
# value, so below `log` (which ranks above `error` here) nothing is written; the other four say the same once more.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
_WITHOUT_SAFETY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class EmbeddedPostgresError(CannotStart):
    """The server did not come up; the message ends with its last lines."""


class EmbeddedPostgres:
    """One server below `data_dir`. With `fast` it does not survive a power cut: for tests only.

    `settings` are the server's own, beside those that it has here.
    """

    def __init__(self, data_dir: Path, *, fast: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.cluster = self.data_dir / "postgres"
        self.log = self.data_dir / "postgres.log"
        self._fast = fast
        self._settings = settings or {}
        self._socket: Path | None = None
        self._lock: InstanceLock | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the child is alive (it may still be starting)."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> "EmbeddedPostgres":
        """Bring the server up with its roles and its database. Starting a running one changes nothing."""
        if not self.running:
            self.prepare()
            self.spawn()
            self._wait(60)
            self.provision()
        return self

    def stop(self) -> None:
        """End the server, politely first, and give the folder back."""
        if self._process is not None:
            end(self._process, by=signal.SIGINT, within=10)
            self._process = None
        if self._socket is not None and not self._socket.is_relative_to(self.data_dir):
            with suppress(OSError):
                self._socket.rmdir()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def prepare(self) -> None:
        """Lock the folder and make the cluster, once."""
        if self._lock is not None:
            return
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = InstanceLock(
            self.data_dir / "postgres.lock",
            refusal=f"A PostgreSQL of ours already runs in {self.data_dir} (started by process {{owner}}). "
            "Stop that one, or set DATA_DIR and PORT to others.",
        )
        if files.unprivileged_command()[1] is not None:
            # The other user must be able to pass through, not to look around.
            self.data_dir.chmod(0o711)
        self._socket = files.socket_folder(self.data_dir)
        files.make_cluster(self.cluster, fast=self._fast)

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the server process, after clearing what a crashed one left."""
        prefix, user = files.unprivileged_command()
        files.end_orphans(self.cluster, self.socket)
        settings = {
            **_SETTINGS,
            **(_WITHOUT_SAFETY if self._fast else {}),
            "unix_socket_directories": f'"{self.socket}"',
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        grown = self.log.exists() and self.log.stat().st_size > _MAX_LOG_BYTES
        with self.log.open("wb" if grown else "ab") as log:
            self.log.chmod(0o600)
            self._process = launch(
                [*prefix, files.binaries() / "postgres", "-D", self.cluster, *options],
                env=files.SERVER_ENVIRONMENT,
                cwd=Path("/"),
                log=log,
                # SIGINT is PostgreSQL's fast shutdown: it rolls back, writes and ends.
                last_wish=signal.SIGINT,
                user=user,
            )
        return self._process

    @property
    def socket(self) -> Path:
        """The folder of the socket; its path is short enough for the kernel."""
        if self._socket is None:
            self._socket = files.socket_folder(self.data_dir)
        return self._socket

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """Returns the URL by which `role` reaches `database`."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket))}"

    def accepts(self) -> bool:
        """Whether the server accepts connections."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def provision(self) -> None:
        """Makes roles and database as the superuser, who is needed for nothing afterwards."""
        with self._connect() as connection:
            _make_roles(connection)
            made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not made:
            self.create_database(DATABASE)
        self._let_in(DATABASE)
        self._add_extensions(DATABASE)

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Creates a database of the owner that the app may connect to. A template must have no connection open."""
        database = sql.Identifier(name)
        with self._connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    database,
                    sql.Identifier(OWNER),
                    sql.Identifier(template or "template1"),
                )
            )
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        self._let_in(name)
        if template is None:
            self._add_extensions(name)

    def _let_in(self, name: str) -> None:
        with self._connect() as connection:
            for role in (APP, BACKUP):
                connection.execute(
                    sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(role))
                )

    def drop_database(self, name: str) -> None:
        """Drops the database, whoever is connected; one that is not there is no error."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def last_lines(self) -> str:
        """Returns the end of the server's log."""
        return self.log.read_text("utf-8", "replace")[-2000:] if self.log.exists() else ""

    def _add_extensions(self, database: str) -> None:
        with self._connect(database) as connection:
            for name in EXTENSIONS:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))

    def _connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url("postgres", database), autocommit=True, connect_timeout=5)

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self.accepts():
            if not self.running or time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{self.last_lines()}")
            time.sleep(0.03)


def _make_roles(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Makes the owner, the app's login, which may only take roles, and one that reads everything for backups."""
    connection.execute(RENAME_ROLES.read_bytes())
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    login = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
    kinds = {OWNER: login, APP: login + " NOINHERIT", BACKUP: login + " BYPASSRLS", **dict.fromkeys(ROLES, "NOLOGIN")}
    for role, kind in kinds.items():
        if role not in known:
            connection.execute(sql.SQL("CREATE ROLE {} " + kind).format(sql.Identifier(role)))
    for name in ROLES:
        grant = sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE")
        connection.execute(grant.format(sql.Identifier(name), sql.Identifier(APP)))
    connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(BACKUP)))
