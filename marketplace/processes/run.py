"""Runs the site under the supervisor: `make run` on a machine that has only Python, `serve` on a server.

Its processes are described here: with which port they start, and when they count as ready.
"""

import atexit
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import load_dotenv

from marketplace.config_rules.environment import unreadable
from marketplace.processes import logs, metrics_files
from marketplace.processes.config_check import print_report
from marketplace.processes.development import data_dir, development_secrets, remember, sample_password_file
from marketplace.processes.embedded_postgres import BACKUP, OWNER, EmbeddedPostgres
from marketplace.processes.launch import CannotStart, InstanceLock, launch
from marketplace.processes.mailbox import free_port
from marketplace.processes.supervisor import Child, Supervisor

ROOT = Path(__file__).resolve().parents[2]
Environment = dict[str, str]
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


def start_preparing(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts the short-lived process that runs migrations and loads content and sample."""
    return launch([*FLASK, "prepare"], env=environ, cwd=ROOT)


def worker_child(environ: Mapping[str, str]) -> Child:
    """Describes the job worker. It ends some seconds after a restart of PostgreSQL: that is why it is watched."""
    return Child("worker", lambda: launch([*FLASK, "worker"], env=environ, cwd=ROOT))


def web_child(environ: Mapping[str, str], port: int) -> Child:
    """Describes gunicorn, ready once the site says that its database and queue answer."""
    settings = ROOT / "marketplace" / "processes" / "gunicorn_settings.py"
    command: list[str | Path] = [sys.executable, "-m", "gunicorn", "--config", settings, "wsgi:app"]
    return Child("web", lambda: launch(command, env=environ, cwd=ROOT), ready=lambda: is_ready(port))


def mailbox_child(environ: Mapping[str, str], *, port: int, directory: Path) -> Child:
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


def serve(*, dev: bool = False) -> int:
    """Serve until somebody stops it; the exit code. Migrations are the administrator's own step.

    Not before the settings are safe, unless `dev` says that it does not matter here.
    """
    logs.install("supervisor")
    try:
        with Supervisor() as supervisor:
            environ = dict(os.environ)
            if not dev and print_report(environ):
                raise CannotStart("serve starts with safe settings only. For a trial on your own machine: serve --dev")
            if not environ.get("DATABASE_URL"):
                raise CannotStart("DATABASE_URL is missing: serve starts no PostgreSQL of its own.")
            port = chosen_port(environ)
            start_site(supervisor, environ | {"PYTHONUNBUFFERED": "1"}, port)
            print(f"Ready: http://127.0.0.1:{port}", flush=True)
            supervisor.watch()
    except CannotStart as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    return 0


def main() -> int:
    """Runs the site until somebody stops it; returns the exit code."""
    load_dotenv(ROOT / ".env")
    logs.install("supervisor")
    try:
        with Supervisor() as supervisor:
            run(supervisor, dict(os.environ))
    except CannotStart as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    return 0


def run(supervisor: Supervisor, environ: Environment) -> None:
    """Starts everything in order, says so and keeps it alive. Raises CannotStart."""
    findings = unreadable(environ)
    if findings:
        raise CannotStart("The site cannot start with these settings:\n" + "\n".join(f"  {each}" for each in findings))
    port = chosen_port(environ)
    folder = data_dir(environ)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as problem:
        raise CannotStart(f"DATA_DIR: the folder cannot be made or is not yours ({problem.strerror}).") from None
    # Held until this process is gone, so also while the children stop.
    InstanceLock(
        folder / "run.lock",
        refusal=f"The site already runs with DATA_DIR {folder} (process {{owner}}). "
        "Stop that one, or set DATA_DIR and PORT to others.",
    )
    settings = _settings(folder, environ, port)
    if not environ.get("DATABASE_URL"):
        settings |= start_postgres(supervisor, folder)
    if not environ.get("MAIL_SERVER"):
        settings |= start_mailbox(supervisor, folder, environ)
    remember(folder, settings)
    complete = environ | settings
    supervisor.run_once("Preparing the database", start_preparing(complete))
    start_site(supervisor, complete, port)
    _announce(folder, settings, port)
    supervisor.watch()


def start_site(supervisor: Supervisor, environ: Environment, port: int) -> None:
    """Starts worker and web, which count in the same files; returns once the site is ready."""
    metrics_files.share(environ)
    atexit.register(metrics_files.remove, environ)
    supervisor.start(worker_child(environ))
    web = web_child(environ, port)
    supervisor.start(web)
    supervisor.wait_ready(web, within=60)


def start_postgres(supervisor: Supervisor, folder: Path) -> Environment:
    """Starts PostgreSQL below DATA_DIR and makes its roles; returns the settings by which the children reach it."""
    postgres = EmbeddedPostgres(folder)
    postgres.prepare()
    child = Child(
        "PostgreSQL",
        postgres.spawn,
        ready=postgres.accepts,
        stop_signal=signal.SIGINT,
        last_lines=postgres.last_lines,
    )
    supervisor.start(child)
    supervisor.wait_ready(child, within=60)
    postgres.provision()
    return {
        "DATABASE_URL": postgres.url(),
        "DATABASE_OWNER_URL": postgres.url(OWNER),
        "BACKUP_DATABASE_URL": postgres.url(BACKUP),
    }


def start_mailbox(supervisor: Supervisor, folder: Path, environ: Environment) -> Environment:
    """Starts the local mailbox on a free port; returns the settings by which the site reaches it."""
    port, directory = free_port(), folder / "mail"
    child = mailbox_child(environ, port=port, directory=directory)
    supervisor.start(child)
    supervisor.wait_ready(child, within=20)
    return {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(port), "MAILBOX_DIR": str(directory)}


def _settings(folder: Path, environ: Environment, port: int) -> Environment:
    return {
        **development_secrets(folder, environ),
        "MARKETPLACE_ENV": environ.get("MARKETPLACE_ENV") or "development",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


def _announce(folder: Path, settings: Environment, port: int) -> None:
    site_url = f"http://127.0.0.1:{port}"
    password = sample_password_file(folder).read_text("utf-8").strip()
    lines = [
        f"Ready: {site_url}",
        "",
        f"Sample sign-ins at {site_url}/account/login, password {password}",
        "  operator       operator@sample.example",
        "  clinic owner   owner@clinic-lale.sample.example",
        "  clinic member  member@clinic-lale.sample.example",
    ]
    if "MAILBOX_DIR" in settings:
        lines.append(f"Every email is kept at {site_url}/dev/mail")
    lines.append("Ctrl-C stops it.")
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main())
