"""PgBouncer before the tests' PostgreSQL, two connections to the server for all clients: what leaks is seen at once."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from marketplace.processes.embedded_postgres import APP, EmbeddedPostgres
from marketplace.processes.mailbox import free_port
from marketplace.processes.postgres_tools import private_folder, unprivileged_command
from tests.browser import wait_for

SETTINGS = """
[databases]
* = host={socket} port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {size}
query_wait_timeout = 20
logfile = {folder}/pgbouncer.log
"""
WHO = """
SELECT current_user::text, current_setting('role'), coalesce(current_setting('app.clinic_id', true), ''),
       coalesce(current_setting('app.request_id', true), ''), current_setting('statement_timeout'),
       current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'),
       (SELECT count(*)::text FROM pg_prepared_statements), current_setting('transaction_isolation')
"""
# A request may hold two at once: the view's, and one for what stands whatever becomes of the view.
SERVER_CONNECTIONS = 2
FETCHED = Path(sys.prefix) / "pgbouncer" / "usr"


def program() -> str:
    """The system's, or the one that `make test` fetched."""
    fetched = FETCHED / "sbin" / "pgbouncer"
    found = shutil.which("pgbouncer") or (str(fetched) if fetched.exists() else None)
    if found is None or subprocess.run([found, "-V"], env=environment(), capture_output=True, check=False).returncode:
        pytest.skip("pgbouncer is not installed and could not be fetched")
    return found


def environment() -> dict[str, str]:
    """What it was fetched with lies beside it."""
    return os.environ | {"LD_LIBRARY_PATH": ":".join(str(path) for path in (FETCHED / "lib").glob("*-linux-gnu"))}


class Pooler:
    """One PgBouncer in transaction mode."""

    def __init__(self, folder: Path, server: EmbeddedPostgres) -> None:
        command, self.port = program(), free_port()
        prefix, user = unprivileged_command()
        private_folder(folder)
        (folder / "users").write_text(f'"{APP}" ""\n')
        (folder / "settings").write_text(
            SETTINGS.format(socket=server.socket, port=self.port, folder=folder, size=SERVER_CONNECTIONS)
        )
        self._process = subprocess.Popen(
            [*prefix, command, "-q", str(folder / "settings")], env=environment(), user=user
        )
        wait_for(self._answers, seconds=10)

    def url(self, direct: str) -> str:
        """The same database of the same login, through it."""
        return f"postgresql://{APP}@127.0.0.1:{self.port}/{make_url(direct).database}"

    def left_behind(self, direct: str) -> set[tuple[str, ...]]:
        """What the next clients find on the connections to the server: who they are and what is set."""
        clients = [psycopg.connect(self.url(direct), prepare_threshold=None) for _n in range(SERVER_CONNECTIONS)]
        try:
            return {tuple(client.execute(WHO).fetchone()) for client in clients}
        finally:
            for client in clients:
                client.close()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """At once."""
        self._process.terminate()
        self._process.wait(10)
