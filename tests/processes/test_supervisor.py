"""The supervisor with real children."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from marketplace.processes.launch import CannotStart, launch
from marketplace.processes.supervisor import Child, Supervisor

# A child that notes its end and takes its time over it.
NOTING = """
import signal, sys, time
def ended(number, frame):
    with open(sys.argv[1], "a") as file: file.write(sys.argv[2] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, ended)
open(sys.argv[1] + "." + sys.argv[2], "w").close()
time.sleep(60)
"""

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
time.sleep(60)
"""

FORKING = """
import os, subprocess, sys, time
with open(sys.argv[1] + ".rough", "w") as file:
    file.write(str(subprocess.Popen(["sleep", "60"]).pid))
os.rename(sys.argv[1] + ".rough", sys.argv[1])
time.sleep(60)
"""

KEEPING = """
import sys
from marketplace.processes.launch import launch
from marketplace.processes.supervisor import Child, Supervisor
import os
with Supervisor() as supervisor:
    for name in ("first", "second", "third"):
        supervisor.start(Child(name, lambda name=name: launch(
            [sys.executable, "-c", sys.argv[2], sys.argv[1], name], env=os.environ)))
    supervisor.watch()
"""


def sleeper(seconds: float = 60) -> subprocess.Popen[bytes]:
    return launch([sys.executable, "-c", f"import time; time.sleep({seconds})"], env=os.environ)


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def tick_until(supervisor: Supervisor, true: Callable[[], bool], *, within: float = 4) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        supervisor.tick()


def wait_until(true: Callable[[], bool], *, within: float = 4) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def start_three(record: Path) -> subprocess.Popen[bytes]:
    keeper = subprocess.Popen([sys.executable, "-c", KEEPING, record, NOTING])
    wait_until(lambda: all(Path(f"{record}.{name}").exists() for name in ("first", "second", "third")))
    return keeper


def test_killed_child_is_started_again() -> None:
    with Supervisor() as supervisor:
        child = Child("sleeper", sleeper)
        supervisor.start(child)
        first = pid_of(child)
        os.kill(first, signal.SIGKILL)
        tick_until(supervisor, lambda: child.process is not None and child.process.pid != first)
        assert alive(pid_of(child))


def test_each_fall_makes_the_next_start_later() -> None:
    child = Child("sleeper", sleeper, ready=lambda: True)
    child.served = True
    pauses = []
    for _ in range(7):
        pauses.append(child.pause)
        child.started = time.monotonic()
        child.on_exit()
    assert pauses == [0.5, 1, 2, 4, 8, 10, 10]


def test_pause_is_short_again_after_a_good_run() -> None:
    child = Child("sleeper", sleeper)
    child.served, child.pause, child.started = True, 10, time.monotonic() - 31
    child.on_exit()
    assert child.retry_at - time.monotonic() < 0.6


def test_what_never_serves_is_given_up() -> None:
    child = Child("broken", sleeper, ready=lambda: False, last_lines=lambda: "no such table")
    for _ in range(4):
        child.started = time.monotonic()
        child.on_exit()
    with pytest.raises(CannotStart, match="no such table"):
        child.on_exit()


def test_wait_ready_returns_once_the_child_answers(tmp_path: Path) -> None:
    made = tmp_path / "made"
    command = [sys.executable, "-c", f"open({str(made)!r}, 'w').close(); import time; time.sleep(60)"]
    with Supervisor() as supervisor:
        child = Child("maker", lambda: launch(command, env=os.environ), ready=made.exists)
        supervisor.start(child)
        supervisor.wait_ready(child, within=4)
        assert child.served


def test_wait_ready_ends_at_its_time() -> None:
    with Supervisor() as supervisor:
        child = Child("mute", sleeper, ready=lambda: False)
        supervisor.start(child)
        with pytest.raises(CannotStart, match="mute does not answer"):
            supervisor.wait_ready(child, within=0.3)


def test_failure_of_a_single_step_is_ours() -> None:
    failing = launch([sys.executable, "-c", "raise SystemExit(3)"], env=os.environ)
    with Supervisor() as supervisor, pytest.raises(CannotStart, match="exit code 3"):
        supervisor.run_once("The step", failing)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_ends_the_last_started_first(tmp_path: Path, number: signal.Signals) -> None:
    record = tmp_path / "record"
    keeper = start_three(record)
    keeper.send_signal(number)
    assert keeper.wait(5) == 0
    assert record.read_text().split() == ["third", "second", "first"]


def test_children_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    record = tmp_path / "record"
    keeper = start_three(record)
    keeper.kill()
    keeper.wait()
    wait_until(lambda: record.exists() and len(record.read_text().split()) == 3)


def test_child_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"
    command: list[str | Path] = [sys.executable, "-c", STUBBORN, deaf]
    with Supervisor() as supervisor:
        child = Child("stubborn", lambda: launch(command, env=os.environ), ready=deaf.exists, stop_within=0.3)
        supervisor.start(child)
        supervisor.wait_ready(child, within=4)
        process = child.process
    assert process is not None
    assert process.returncode == -signal.SIGKILL


def test_what_a_killed_child_left_is_cleared(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    command: list[str | Path] = [sys.executable, "-c", FORKING, note]
    with Supervisor() as supervisor:
        child = Child("parent", lambda: launch(command, env=os.environ), ready=note.exists)
        supervisor.start(child)
        supervisor.wait_ready(child, within=4)
        grandchild = int(note.read_text())
        os.kill(pid_of(child), signal.SIGKILL)
        wait_until(lambda: child.process is not None and child.process.poll() is not None)
        supervisor.tick()
        wait_until(lambda: not Path(f"/proc/{grandchild}/exe").exists())


def test_what_cannot_be_started_for_now_is_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a machine has no memory or no process left, the others go on."""
    refusals = [OSError(12, "Cannot allocate memory")]

    def launch() -> subprocess.Popen[bytes]:
        if refusals:
            raise refusals.pop()
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    child = Child("one", launch)
    with Supervisor() as supervisor:
        supervisor.start(child)
        assert child.process is None
        while child.process is None:
            supervisor.tick()
        assert child.process.poll() is None
