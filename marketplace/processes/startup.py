"""What stops a start, in a sentence for whoever typed the command, and the lock that gives a folder one owner."""

import fcntl
import os
from pathlib import Path


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
