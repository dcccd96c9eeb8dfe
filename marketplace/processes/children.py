"""The site's own processes: what is started, with which port, and when it counts as ready."""

import errno
import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from marketplace.processes.launch import CannotStart, launch
from marketplace.processes.supervisor import Child

ROOT = Path(__file__).resolve().parents[2]
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")


def chosen_port(environ: Mapping[str, str]) -> int:
    """Returns PORT as a number that is free on this machine. Raises CannotStart."""
    given = environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {given!r}.")
    port = int(given)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise CannotStart(_why_not(port, problem)) from None
    return port


def _why_not(port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop that one, or set PORT to another number."
    return f"Port {port} cannot be used: {problem.strerror}. Set PORT to another number."


def prepare(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts the short-lived process that runs migrations and loads content and sample."""
    return launch([*FLASK, "prepare"], env=environ, cwd=ROOT)


def worker(environ: Mapping[str, str]) -> Child:
    """Describes the job worker. It ends some seconds after a restart of PostgreSQL: that is why it is watched."""
    return Child("worker", lambda: launch([*FLASK, "worker"], env=environ, cwd=ROOT))


def web(environ: Mapping[str, str], port: int) -> Child:
    """Describes gunicorn, ready once the site says that its database and queue answer."""
    settings = ROOT / "marketplace" / "processes" / "gunicorn_settings.py"
    command: list[str | Path] = [sys.executable, "-m", "gunicorn", "--config", settings, "wsgi:app"]
    return Child("web", lambda: launch(command, env=environ, cwd=ROOT), ready=lambda: is_ready(port))


def mailbox(environ: Mapping[str, str], *, port: int, directory: Path) -> Child:
    """Describes the local mailbox, ready once it greets."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "marketplace.processes.mailbox",
        "--port",
        str(port),
        "--dir",
        directory,
    ]
    return Child(
        "mailbox",
        lambda: launch(command, env=environ, cwd=ROOT),
        ready=lambda: _greets(port),
        stop_signal=signal.SIGTERM,
        stop_within=3,
    )


def is_ready(port: int) -> bool:
    """Whether the site answers and reaches its database; what waits in the queue after a night off is no fault."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().read().startswith(b"database ok")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False
