"""Two machines of the site behind nginx, a primary and a synchronous standby: each on an address of its own."""

import base64
import os
import secrets
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg

from marketplace.config_rules.database import database_url
from marketplace.processes.development import sample_password_file
from marketplace.processes.embedded_postgres import APP, BACKUP, DATABASE, OWNER, EmbeddedPostgres
from marketplace.processes.mailbox import free_port
from tests.browser import ROOT, wait_for
from tests.deployment.front import Front
from tests.standby import NAME, Standby
from tests.torture.mailbox import Mailbox
from tests.torture.real_site import Observed

MACHINES, PRIMARY, STANDBY = ("127.0.0.2", "127.0.0.3"), "127.0.0.4", "127.0.0.5"
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
IN_SYNC = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'"


def url(role: str, *addresses: str, wanted: str = "read-write") -> str:
    """Leads to the one of these that is asked for."""
    hosts = "&".join(f"host={address}:5432" for address in addresses)
    return f"postgresql://{role}@/{DATABASE}?{hosts}&target_session_attrs={wanted}"


def let_in_by_network(server: EmbeddedPostgres) -> EmbeddedPostgres:
    """As a password would; a standby takes this along."""
    server.prepare()
    rules = server.cluster / "pg_hba.conf"
    rules.write_text(rules.read_text().replace(" reject", " trust"))
    return server.start()


class Machine:
    """gunicorn and a worker under their supervisor."""

    def __init__(self, folder: Path, address: str, environment: dict[str, str]) -> None:
        port = free_port()
        self.address, self.log = f"{address}:{port}", folder / f"{address}.log"
        own = {
            "PORT": str(port),
            "DATA_DIR": str(folder / address),
            # The supervisor asks on loopback whether the site is ready.
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port} --bind {address}:{port}",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*FLASK, "serve", "--dev"], cwd=ROOT, env=environment | own, stdout=log, stderr=log
            )

    def wait_until_ready(self) -> None:
        """The line that `serve` prints."""
        wait_for(lambda: "Ready: " in self.log.read_text() or self.process.poll() is not None, seconds=120)
        assert self.process.poll() is None, self.log.read_text()[-3000:]

    def stop(self) -> None:
        """As an administrator would."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Landscape(Observed):
    """Everything that a site of several machines has; `lose_primary` is what happens to it."""

    def __init__(self, folder: Path) -> None:
        self.mailbox = Mailbox(folder)
        self._machines: list[Machine] = []
        self._front: Front | None = None
        self.primary = EmbeddedPostgres(folder / "primary", settings={"listen_addresses": PRIMARY})
        self.standby = Standby(folder / "standby", settings={"listen_addresses": STANDBY})
        self.environment = self._environment(folder)
        self.superuser_url = database_url(url("postgres", PRIMARY, STANDBY))
        self._folder = folder

    def start(self) -> None:
        """All of it, ready."""
        folder = self._folder
        let_in_by_network(self.primary)
        (folder / "prepare").mkdir(mode=0o700)
        sample_password_file(folder / "prepare")
        subprocess.run([*FLASK, "prepare"], cwd=ROOT, env=self.environment, check=True, capture_output=True)
        self._replicate()
        self._machines = [Machine(folder, address, self.environment) for address in MACHINES]
        for machine in self._machines:
            machine.wait_until_ready()
        self._front = Front(folder / "nginx", behind=[machine.address for machine in self._machines])
        self.port = self._front.port

    def _environment(self, folder: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        return kept | {
            "DATABASE_URL": url(APP, PRIMARY, STANDBY),
            "DATABASE_OWNER_URL": url(OWNER, PRIMARY, STANDBY),
            "BACKUP_DATABASE_URL": url(BACKUP, PRIMARY, STANDBY),
            "READ_DATABASE_URL": url(APP, STANDBY, wanted="any"),
            "SECRET_KEY": secrets.token_urlsafe(40),
            "FIELD_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(self.mailbox.port),
            "DATA_DIR": str(folder / "prepare"),
            "FLASK_SKIP_DOTENV": "1",
            "PROXY_HOPS": "1",
            "LIMITS": "off",
            "UNDO_SECONDS": "2",
            "GROUP_SECONDS": "3",
            "PYTHONUNBUFFERED": "1",
        }

    def _replicate(self) -> None:
        """Nothing is acknowledged from here on that the standby does not have."""
        self.standby.follow(self.primary)
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
        self.ask("SELECT pg_reload_conf()")
        wait_for(lambda: self.ask(IN_SYNC) == [(1,)], seconds=30)

    def lose_primary(self) -> None:
        """Kills it as a power cut would: it never comes back."""
        process = self.primary._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)

    def promote(self) -> None:
        """All that an administrator does."""
        assert self.standby.ask("SELECT pg_promote(true, 60)") is True

    def stop(self) -> None:
        """In the order of their dependence."""
        self.leave()
        for part in (self._front, *self._machines, self.standby, self.primary, self.mailbox):
            if part is not None:
                with suppress(OSError, subprocess.TimeoutExpired, psycopg.Error):
                    part.stop()
