"""gunicorn as the site sets it up: kept connections are spread over its workers, and none waits for a stuck one."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import psutil
import pytest
from flask import Flask

from marketplace.processes.even_worker import STUCK_AFTER
from marketplace.processes.mailbox import free_port
from marketplace.processes.run import ROOT
from tests.browser import wait_for

CONNECTIONS = 16

app = Flask("pids")
app.add_url_rule("/", "pid", lambda: str(os.getpid()))


@pytest.fixture
def server(tmp_path) -> Iterator[psutil.Process]:
    """gunicorn with the site's settings and an app that says which worker answers; its port is its title."""
    port = free_port()
    settings = ROOT / "marketplace" / "processes" / "gunicorn_settings.py"
    command = [sys.executable, "-m", "gunicorn", "--config", settings, "tests.processes.test_even_worker:app"]
    environ = {**os.environ, "PORT": str(port), "WEB_CONCURRENCY": "2", "DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    found = psutil.Process(process.pid)
    wait_for(lambda: both_answer(port), seconds=20)
    yield found
    process.terminate()
    process.wait(15)


def both_answer(port: int) -> bool:
    """Whether each of two workers takes connections."""
    try:
        return len({ask(each) for each in [connect(port) for _ in range(4)]}) == 2
    except OSError:
        return False


def connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=10)


def ask(connection: http.client.HTTPConnection) -> int:
    """The worker that answers by this connection, which stays open."""
    connection.request("GET", "/")
    return int(connection.getresponse().read())


def port_of(server: psutil.Process) -> int:
    return int(server.environ()["PORT"])


def test_kept_connections_are_spread(server: psutil.Process) -> None:
    kept = [connect(port_of(server)) for _ in range(CONNECTIONS)]
    shares = Counter(ask(connection) for connection in kept)
    assert len(shares) == 2
    assert max(shares.values()) <= 0.65 * CONNECTIONS
    assert shares == Counter(ask(connection) for connection in kept)


def test_a_worker_that_is_stuck_keeps_nobody_waiting(server: psutil.Process) -> None:
    stuck, other = server.children()
    stuck.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        kept = [connect(port_of(server)) for _ in range(CONNECTIONS)]
        assert {ask(connection) for connection in kept} == {other.pid}
        assert time.monotonic() - began < 2 * STUCK_AFTER
    finally:
        stuck.send_signal(signal.SIGCONT)


def test_a_killed_worker_leaves_its_place_to_the_next(server: psutil.Process) -> None:
    first, _second = server.children()
    first.kill()
    wait_for(lambda: len(server.children()) == 2 and first not in server.children(), seconds=10)
    wait_for(lambda: both_answer(port_of(server)), seconds=10)
    kept = [connect(port_of(server)) for _ in range(CONNECTIONS)]
    assert max(Counter(ask(connection) for connection in kept).values()) <= 0.65 * CONNECTIONS
