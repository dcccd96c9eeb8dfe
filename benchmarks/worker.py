"""Runs the site's job worker in a process of its own, sending to a mail server of ours."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks import machine, product
from benchmarks.data.cluster import Cluster
from benchmarks.load import WrongAnswer
from benchmarks.servers import port_of
from marketplace.processes.launch import CannotStart, end, launch
from marketplace.processes.run import FLASK, ROOT

SINK_PORT, LATE_PORT = 5, 6  # places among the ports of a run
WITHIN = 30  # seconds a worker may take to start
BESIDE_TOOLS = ROOT / ".venv" / "postfix"


def until(ready: Callable[[], bool], *, what: str, seconds: float = WITHIN, every: float = 0.02) -> None:
    """Waits until it is so. Raises WrongAnswer where it never is."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise WrongAnswer(f"after {seconds:.0f} s still not: {what}")
        time.sleep(every)


def smtp_sink() -> tuple[str, dict[str, str]]:
    """Returns the path of postfix's smtp-sink and what it needs around it. Raises CannotStart."""
    found = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    beside = BESIDE_TOOLS / "usr" / "sbin" / "smtp-sink"
    if found is None and not beside.exists():
        raise CannotStart("smtp-sink is not installed: on Debian and Ubuntu it is in the package postfix")
    libraries = {"LD_LIBRARY_PATH": str(BESIDE_TOOLS / "usr" / "lib" / "postfix")} if found is None else {}
    return found or str(beside), {"PATH": os.environ["PATH"], **libraries}


@contextmanager
def sink(folder: Path) -> Iterator[int]:
    """Runs a mail server in C that takes everything and keeps nothing; yields its port."""
    path, environment = smtp_sink()
    port = port_of(SINK_PORT)
    with (folder / "sink.log").open("wb") as log:
        as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []
        process = launch([path, *as_whom, f"127.0.0.1:{port}", "100"], env=environment, log=log)
    try:
        until(lambda: _listens(port), what="the mail server listens")
        machine.pin(process.pid, machine.other_core())
        yield port
    finally:
        end(process, within=5)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def worker(cluster: Cluster, database: str, *, mail_port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Runs the worker until the block ends."""
    settings = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(mail_port)}
    environment = product.environment(cluster, database, port=8000, **settings)
    before = _workers(cluster, database)
    with (cluster.folder / "worker.log").open("wb") as log:
        process = launch([*FLASK, "worker"], env=environment, cwd=ROOT, log=log)
    try:
        until(lambda: _workers(cluster, database) > before, what="the worker works")
        machine.pin(process.pid, machine.server_core())
        yield process
    finally:
        end(process, within=15)


def _workers(cluster: Cluster, database: str) -> int:
    with cluster.superuser(database) as connection:
        found = connection.execute("SELECT coalesce(max(id), 0) FROM procrastinate_workers").fetchone()
    return int(str(found[0])) if found else 0
