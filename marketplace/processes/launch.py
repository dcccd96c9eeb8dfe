"""Starting a child so that it never outlives us, ending it so that nothing is left, and what stops a start."""

import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO


class CannotStart(RuntimeError):
    """The message says what is wrong and what to do; it is printed without a traceback."""


class StopRequested(Exception):
    """Somebody asked us to stop while we were still starting."""


class InstanceLock:
    """A lock on a folder, held until released or until this process ends. Raises CannotStart where another holds it."""

    def __init__(self, path: Path, *, refusal: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(self._file, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise CannotStart(refusal.format(owner=owner)) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Releases the lock."""
        os.close(self._file)


_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _before_exec(last_wish: int) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        # A shell that starts us in the background has SIGINT ignored: a child must not inherit that.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, last_wish)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def launch(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    log: IO[bytes] | None = None,
    last_wish: int = signal.SIGTERM,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start in a session of its own: Ctrl-C reaches only us. `last_wish` is what it gets if we are killed.

    The kernel ties that signal to the starting thread, so this is called from the main thread.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        user=user,
        group=_group_of(user),
        extra_groups=[] if user else None,
        start_new_session=True,
        preexec_fn=_before_exec(last_wish),  # noqa: PLW1509 - started from the main thread, before any other
    )


def _group_of(user: str | None) -> int | None:
    if user is None:
        return None
    return pwd.getpwnam(user).pw_gid


def end(process: subprocess.Popen[bytes], *, by: int = signal.SIGTERM, within: float) -> int:
    """Ends a process: asks by the signal, kills it after `within` seconds with its session; returns the exit code."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(max(within, 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    clear_session(process)
    return process.returncode


def clear_session(process: subprocess.Popen[bytes]) -> None:
    """Kill what a dead child left running in its process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
