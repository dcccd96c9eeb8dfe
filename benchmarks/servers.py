"""Starts what is measured: one gunicorn worker pinned to one core, of the site or of the reference."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine, product
from benchmarks.data.cluster import Cluster
from marketplace.processes.launch import CannotStart, end, launch
from marketplace.processes.run import ROOT, chosen_port, is_ready

FIRST_PORT = int(os.environ.get("BENCH_PORT", "8170"))
SETTINGS = ROOT / "marketplace" / "processes" / "gunicorn_settings.py"
START_WITHIN = 60  # seconds
# The same kind of server as the site's own, so that the pages are compared and nothing else.
LIKE_THE_SITE = (
    "-k",
    "gthread",
    "--threads",
    "4",
    "--keep-alive",
    "5",
    "--no-control-socket",
    "--log-level",
    "warning",
)


@dataclass(frozen=True)
class Server:
    """A server that answers; `cpu` of it is counted together with that of PostgreSQL."""

    port: int
    pid: int
    postgres: int

    def cpu(self) -> machine.CpuCounter:
        """Begins to count the CPU time of the server and of PostgreSQL."""
        return machine.CpuCounter((self.pid, self.postgres))


def port_of(place: int) -> int:
    """Returns a port nobody else has; each server has its place. Raises CannotStart where it is taken."""
    return chosen_port({"PORT": str(FIRST_PORT + place)})


@contextmanager
def site(cluster: Cluster, database: str, *, place: int = 0, pinned: bool = True, **settings: str) -> Iterator[Server]:
    """Runs the site with one worker until the block ends. Settings of its environment may be given."""
    port = port_of(place)
    environment = product.environment(cluster, database, port=port, WEB_CONCURRENCY="1") | settings
    command = [sys.executable, "-m", "gunicorn", "--config", str(SETTINGS), "wsgi:app"]
    with _running(command, environment, cluster.folder / f"site-{place}.log") as process:
        _wait(process, lambda: is_ready(port), cluster.folder / f"site-{place}.log")
        if pinned:
            machine.pin(process.pid, machine.server_core())
        yield Server(port, process.pid, cluster.pid)


@contextmanager
def reference(cluster: Cluster, database: str, *, place: int = 9, app: str = "pages:app") -> Iterator[Server]:
    """Runs a rung of the reference until the block ends."""
    port = port_of(place)
    command = [sys.executable, "-m", "gunicorn", *LIKE_THE_SITE, "-w", "1", "-b", f"127.0.0.1:{port}"]
    environment = {"PATH": os.environ["PATH"], "REFERENCE_URL": cluster.url(database, "postgres")}
    log = cluster.folder / f"reference-{place}.log"
    with _running([*command, f"benchmarks.reference.{app}"], environment, log) as process:
        _wait(process, lambda: _greets(port), log)
        machine.pin(process.pid, machine.server_core())
        yield Server(port, process.pid, cluster.pid)


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = launch(command, env=environment, cwd=ROOT, log=output)
    try:
        yield process
    finally:
        end(process, within=15)


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotStart(f"It did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
        time.sleep(0.1)


def _greets(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/hello")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
