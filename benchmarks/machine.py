"""Pins processes to cores, and reads out of /proc what CPU they used and what everybody else did meanwhile."""

import os
import resource
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

TICKS = os.sysconf("SC_CLK_TCK")
# These of PostgreSQL's processes work for no single request and whenever they like.
_WHOLE_PROCESS = 2  # the kind of a process's clock, in the last bits of its number (CPUCLOCK_SCHED)
BY_ITSELF = ("checkpointer", "background writer", "logical replication", "archiver")


@cache
def cores() -> tuple[int, ...]:
    """Returns the cores this process may use, as it was started."""
    return tuple(sorted(os.sched_getaffinity(0)))


def server_core() -> int:
    """Returns the core for the one worker that is measured."""
    return cores()[-1]


def other_core() -> int:
    """Returns the core for load, PostgreSQL and this process; the same where the machine has only one."""
    return cores()[0]


def pin(pid: int, *kept_to: int) -> None:
    """Keeps a process, its threads and its children to a core or more. One that has ended meanwhile is no error."""
    for each in (pid, *_descendants(pid)):
        with suppress(OSError):
            for thread in Path(f"/proc/{each}/task").iterdir():
                os.sched_setaffinity(int(thread.name), kept_to)


def _descendants(pid: int) -> list[int]:
    with suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    return []


def _seconds_of(pid: int) -> float:
    """Returns the CPU seconds of a process so far, and of its children that have ended.

    The kernel counts the process to the nanosecond (its own CPU clock), ended children in ticks (fields 16 and 17 of
    /proc/<pid>/stat).
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        own = time.clock_gettime(~pid << 3 | _WHOLE_PROCESS)
    except OSError:
        return 0.0
    return own + (int(fields[13]) + int(fields[14])) / TICKS


def _is_for_requests(pid: int) -> bool:
    try:
        title = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return False
    return not any(word in title for word in BY_ITSELF)


class CpuCounter:
    """Counts the CPU milliseconds of process trees, whoever of a tree was born or ended meanwhile."""

    def __init__(self, roots: Iterable[int]) -> None:
        self._roots = tuple(roots)
        self._before = self._now()

    def _now(self) -> dict[int, float]:
        trees = {pid for root in self._roots for pid in (root, *_descendants(root))}
        return {pid: _seconds_of(pid) for pid in trees if _is_for_requests(pid)}

    def milliseconds(self) -> float:
        """Returns what was used since this was made."""
        return 1000 * sum(seconds - self._before.get(pid, 0.0) for pid, seconds in self._now().items())


class Queueing:
    """Counts the milliseconds that threads of process trees could have run and had no core: what others take away.

    Threads that begin later are not seen. The kernel counts it for each (`run_delay` in /proc/<pid>/task/*/schedstat).
    """

    def __init__(self, roots: Iterable[int]) -> None:
        trees = {pid for root in roots for pid in (root, *_descendants(root))}
        self._files = [path for pid in trees if _is_for_requests(pid) for path in _threads(pid)]

    def milliseconds(self) -> float:
        """Returns the sum so far; it counts from anywhere."""
        return sum(map(_run_delay, self._files)) / 1e6


def _threads(pid: int) -> list[Path]:
    with suppress(OSError):
        return [thread / "schedstat" for thread in Path(f"/proc/{pid}/task").iterdir()]
    return []


def _run_delay(path: Path) -> int:
    with suppress(OSError):
        return int(path.read_text().split()[1])
    return 0


@dataclass(frozen=True)
class Usage:
    """Ticks of all cores together: used by anybody, and of those by this process and the children it waited for."""

    used: float
    idle: float
    own: float

    @classmethod
    def now(cls) -> "Usage":
        """Reads the counters."""
        _cpu, *fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
        ticks = [int(field) for field in fields[:8]]  # what follows is counted in these already
        idle = ticks[3] + ticks[4]
        spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        own = sum(each.ru_utime + each.ru_stime for each in spent) * TICKS
        return cls(used=sum(ticks) - idle, idle=idle, own=own)

    def share_of_others(self, after: "Usage", *, milliseconds: float) -> float:
        """Returns the share of all CPU time until `after` that went to processes other than ours.

        `milliseconds` is what the measured processes used.
        """
        whole = (after.used - self.used) + (after.idle - self.idle)
        others = (after.used - self.used) - (after.own - self.own) - milliseconds * TICKS / 1000
        return max(others, 0) / whole if whole else 0.0


def memory(pid: int) -> float:
    """Returns the memory of a process in MiB (PSS: shared pages by the share it has in them)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
