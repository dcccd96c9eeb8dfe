"""`make run` itself: the whole site from nothing, stopped in order."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from marketplace.processes.mailbox import free_port
from marketplace.processes.run import ROOT, is_ready

pytestmark = pytest.mark.xdist_group("run")

# What would change the run is kept out of it.
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "MAIL_SERVER", "MAIL_PORT", "SECRET_KEY", "FIELD_KEYS")


class Running:
    """A run in a folder and at a port of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.port = free_port()
        self.data_dir = data_dir
        self._output = data_dir.with_name(f"{self.port}.out")
        environ = {name: value for name, value in os.environ.items() if name not in OURS}
        environ |= {"DATA_DIR": str(data_dir), "PORT": str(self.port), "WEB_CONCURRENCY": "2"}
        with self._output.open("wb") as output:
            command = [sys.executable, "-m", "marketplace.processes.run"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)

    @property
    def output(self) -> str:
        return self._output.read_text()

    def wait_until_ready(self) -> "Running":
        deadline = time.monotonic() + 60
        while "Ctrl-C stops it." not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.1)
        return self

    def postmaster(self) -> int:
        """The process that stands in its file now."""
        file = self.data_dir / "postgres" / "postmaster.pid"
        lines = file.read_text().splitlines() if file.exists() else []
        return int(lines[0]) if lines else 0

    def asked(self, path: str) -> tuple[int, str]:
        """Status and text of the answer, by a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("run") / "instance")
    try:
        yield running.wait_until_ready()
    finally:
        running.process.terminate()
        running.process.wait(20)


def test_ready_line_and_sign_ins_are_printed(site: Running) -> None:
    password = (site.data_dir / "sample-password").read_text().strip()
    assert f"Ready: http://127.0.0.1:{site.port}\n" in site.output
    assert "operator@sample.example" in site.output
    assert password in site.output


def test_only_its_owner_may_enter_the_data(site: Running) -> None:
    assert site.data_dir.stat().st_mode & 0o077 in (0, 0o011)
    assert (site.data_dir / "mail").stat().st_mode & 0o777 == 0o700


def test_second_run_in_the_folder_is_refused(site: Running) -> None:
    second = Running(site.data_dir)
    assert second.process.wait(20) == 1
    assert "already runs" in second.output


def test_site_comes_back_after_a_kill_of_postgresql(site: Running) -> None:
    first = site.postmaster()
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while site.postmaster() == first or not is_ready(site.port):
        assert time.monotonic() < deadline, site.output
        time.sleep(0.1)
    assert site.asked("/readyz")[0] == 200


def test_whichever_process_is_asked_tells_what_all_have_counted(site: Running) -> None:
    asked = 12
    for _time in range(asked):
        assert site.asked("/healthz")[0] == 200
    for _time in range(4):
        told = site.asked("/metrics")[1]
        assert f'marketplace_http_request_seconds_count{{rule="/healthz",status="200"}} {asked:.1f}' in told
        assert "marketplace_database_up 1.0" in told


def test_stop_leaves_nothing_behind(tmp_path_factory: pytest.TempPathFactory) -> None:
    running = Running(tmp_path_factory.mktemp("stop") / "instance").wait_until_ready()
    started = running.descendants()
    assert len(started) >= 5
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(15) == 0
    assert psutil.wait_procs(started, timeout=2)[1] == []
