"""The files in which the processes of one machine keep their counts, so that any of them can tell all (/metrics).

They are prometheus_client's own. Each is given its room when it is made: a page of a shared file that the disk has no
room for kills the process that writes it. What ended processes counted is added up, so that a counter never goes back.
"""

import fcntl
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from marketplace.processes.development import data_dir

log = logging.getLogger(__name__)

SETTING = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client reads it when it is imported
KINDS = ("counter", "histogram")
ROOM = 1024**2  # bytes a file: some 4,500 counts
ENDED = "ended"  # in a file's name instead of a process's id
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own in it, and no disk to wait for


def share(environ: MutableMapping[str, str]) -> None:
    """Names the folder to this process and those it starts, unless it is named already, and adds up what has ended.

    Where the folder cannot be used every process counts for itself.
    """
    try:
        folder = Path(environ.get(SETTING) or _own_folder(environ))
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise PermissionError("the folder is somebody else's")
        environ[SETTING] = str(folder)
        add_up_ended(folder)
    except OSError:
        environ.pop(SETTING, None)


def remove(environ: Mapping[str, str]) -> None:
    """Deletes the folder, once nobody of this DATA_DIR counts any more; one that was named by a setting stays."""
    shutil.rmtree(_own_folder(environ), ignore_errors=True)


def _own_folder(environ: Mapping[str, str]) -> Path:
    folder = data_dir(environ)
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return MEMORY / f"marketplace-metrics-{os.geteuid()}-{mark}" if MEMORY.is_dir() else folder / "metrics"


def reserve(environ: MutableMapping[str, str]) -> bool:
    """Makes this process's files with all their room, before the first count; returns whether it has them.

    Where there is no room, or no such folder, the process counts for itself.
    """
    if not environ.get(SETTING):
        return False
    try:
        for kind in KINDS:
            with (Path(environ[SETTING]) / f"{kind}_{os.getpid()}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, ROOM)
    except OSError as problem:
        log.warning("no room for shared counts", extra={"fields": {"errno": problem.errno}})
        del environ[SETTING]
    return SETTING in environ


def add_up_ended(folder: Path) -> None:
    """Adds the counts of processes that are no more to those that ended before, and deletes their files."""
    with locked(folder, fcntl.LOCK_EX):
        for kind in KINDS:
            ended = [path for path in folder.glob(f"{kind}_*.db") if _is_over(path)]
            if ended:
                _add(ended, into=folder / f"{kind}_{ENDED}.db")


def _is_over(path: Path) -> bool:
    owner = path.stem.rpartition("_")[2]
    return owner != ENDED and not (owner.isdecimal() and psutil.pid_exists(int(owner)))


def _add(ended: list[Path], *, into: Path) -> None:
    # Not before SETTING is set: the library decides at its import whether it writes files.
    from prometheus_client.mmap_dict import MmapedDict  # noqa: PLC0415

    sums = MmapedDict(str(into))
    for path in ended:
        for key, value, moment, _place in MmapedDict.read_all_values_from_file(str(path)):
            sums.write_value(key, sums.read_value(key)[0] + value, moment)
        path.unlink()
    sums.close()


@contextmanager
def locked(folder: Path, how: int = fcntl.LOCK_SH) -> Iterator[None]:
    """Keeps files from being added up while they are read; read by several at once."""
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, how)
        yield
