"""A whole site as `make run` starts it, on a port and in a folder of its own, whose mail goes to a sink."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg
from flask import Flask

from marketplace.app import create_app
from marketplace.config import load_config
from marketplace.extensions import db
from marketplace.foundation.database import engines
from marketplace.processes.mailbox import free_port
from marketplace.processes.run import FLASK
from marketplace.sample.loader import quiet
from tests.browser import ROOT, Site, wait_for
from tests.torture.mailbox import Mailbox
from tests.torture.poster import Poster

# A supervisor that does not make a killed process wait longer each time: many kills fit into a short time.
IMPATIENT = "supervisor.MAX_PAUSE = 0.5"
RUN = """
import sys
from marketplace.processes import supervisor
from marketplace.processes.run import main
{change}
sys.exit(main())
"""
CHILDREN = {"worker": "worker", "web": "gunicorn", "postgres": "postgres"}


class Observed:
    """What a test asks of a running site, on whatever machines: its database, its people, its emails."""

    port: int
    mailbox: Mailbox
    environment: dict[str, str]
    superuser_url: str

    @cached_property
    def app(self) -> Flask:
        """The same app with the same keys in the test's own process, to prepare and to look."""
        return create_app(load_config(self.environment | {"DATABASE_URL": self.superuser_url}))

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Work on its database; what is recorded has no consequences. Ends in a commit."""
        with self.app.app_context(), quiet():
            yield
            db.session.commit()

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows, by a connection of its own."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            found = connection.execute(query.encode(), values or None)
            return found.fetchall() if found.description else []

    def poster(self, *, wait: float = 30) -> Poster:
        """A new browser."""
        return Poster(self.port, wait=wait)

    def workers_at_work(self) -> int:
        """How many workers ever reported to the queue: grows with each that starts."""
        return int(self.ask("SELECT last_value FROM procrastinate_workers_id_seq")[0][0])

    def waiting(self) -> int:
        """Emails that somebody must send yet, and jobs that are due or in hand, but for the timers."""
        emails = self.ask("SELECT count(*) FROM email WHERE state = 'waiting'")[0][0]
        jobs = self.ask(
            "SELECT count(*) FROM procrastinate_jobs WHERE queue_name <> 'timers'"
            " AND (status = 'doing' OR status = 'todo' AND coalesce(scheduled_at, now()) <= now())"
        )[0][0]
        return int(emails + jobs)

    def leave(self) -> None:
        """Closes what the test had open."""
        if "app" in self.__dict__:
            with self.app.app_context():
                db.session.remove()
                engines.dispose()


class RealSite(Observed, Site):
    """The site, its sink and its database."""

    def __init__(self, folder: Path, *, change: str = "", **settings: str) -> None:
        self.mailbox = Mailbox(folder)
        mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(self.mailbox.port)}
        settings = {**mail, **settings}
        super().__init__(folder, free_port(), command=("-c", RUN.format(change=change)), **settings)

    @cached_property
    def environment(self) -> dict[str, str]:
        """What its processes were started with."""
        return {**self.given, **json.loads((self.folder / "data" / "environment.json").read_text())}

    @cached_property
    def superuser_url(self) -> str:
        """Looks at everything, whatever the app's own role may see."""
        url: str = self.environment["DATABASE_URL"]
        return url.replace("marketplace_app@", "postgres@")

    def pid(self, role: str) -> int | None:
        """Of worker, web (gunicorn's master) or postgres (the postmaster); None while there is none."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if any(Path(part).name == CHILDREN[role] for part in child.cmdline()[:6]):
                    return int(child.pid)
            except psutil.Error:
                continue
        return None

    def kill(self, role: str, by: int = signal.SIGKILL) -> int:
        """Signals that process as soon as there is one; its id."""
        wait_for(lambda: self.pid(role) is not None, seconds=30)
        pid = self.pid(role)
        assert pid is not None
        os.kill(pid, by)
        return pid

    def another_worker(self) -> subprocess.Popen[bytes]:
        """A second worker, ended by the test."""
        log = (self.folder / "second-worker.log").open("ab")
        return subprocess.Popen([*FLASK, "worker"], cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def stop(self) -> None:
        """The site, then the sink."""
        try:
            self.leave()
            super().stop()
        finally:
            self.mailbox.stop()
