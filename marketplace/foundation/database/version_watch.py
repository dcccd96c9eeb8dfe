"""Knows the version of public pages: by notices, by a look now and then, and by one after a commit of this machine."""

import logging
import time
from collections.abc import Callable
from threading import Event, Lock, Thread

import psycopg
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from marketplace.foundation.database.public_version import LISTEN, LOOK
from marketplace.foundation.database.timeouts import WEB, limit_engine
from marketplace.processes import last_commit

log = logging.getLogger(__name__)
# Seconds. A version is believed for that long where no notice came; the listening thread looks a little earlier.
BELIEVED, LISTENS = 2.0, 1.5
TRIES_AGAIN = 1.0


def engine_beside(app: Flask) -> Engine:
    """Makes an engine for the thread that listens and for looks beside any request; it goes past a pooler."""
    given = dict(app.config["SQLALCHEMY_ENGINE_OPTIONS"]) | {"pool_size": 1, "max_overflow": 1}
    url = str(app.config["DIRECT_DATABASE_URL"] or app.config["SQLALCHEMY_DATABASE_URI"])
    made = create_engine(url, isolation_level="AUTOCOMMIT", **given)
    limit_engine(made, app=app, always=WEB)
    return made


class VersionWatch:
    """The version, as it stood at most BELIEVED seconds ago."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._moved: Callable[[int], None] = lambda _version: None
        self._went_back: Callable[[], None] = lambda: None
        self._lock, self._stopped = Lock(), Event()
        self._version: int | None = None
        self._looked_at, self._stamp = float("-inf"), b""

    def tell(self, *, moved: Callable[[int], None], went_back: Callable[[], None]) -> None:
        """Names who is told each new version, and that there was a lower one than before."""
        self._moved, self._went_back = moved, went_back

    def current(self) -> int | None:
        """Returns the version, mostly without a statement; None while the database cannot be asked."""
        if last_commit.read() == self._stamp and time.monotonic() - self._looked_at < BELIEVED:
            return self._version
        with self._lock:
            if last_commit.read() == self._stamp and time.monotonic() - self._looked_at < BELIEVED:
                return self._version  # another thread has just looked
            try:
                with self.engine.connect() as connection:
                    self._look(lambda: int(connection.exec_driver_sql(LOOK).scalar_one()))
            except SQLAlchemyError:
                self._forget()
            return self._version

    def start(self) -> Thread:
        """Listens for notices in a thread of this process; called once in each process that serves pages."""
        thread = Thread(target=self._listen_until_stopped, name="version-watch", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Ends the thread after the next notice or look."""
        self._stopped.set()

    def _listen_until_stopped(self) -> None:
        while not self._stopped.is_set():
            try:
                with self.engine.connect() as connection:
                    raw = connection.connection.driver_connection
                    if isinstance(raw, psycopg.Connection):
                        self._listen(raw)
            except (SQLAlchemyError, psycopg.Error, OSError) as error:
                log.warning("no notices of changes", extra={"fields": {"error": type(error).__name__}})
            self._stopped.wait(TRIES_AGAIN)

    def _listen(self, connection: psycopg.Connection[tuple[int]]) -> None:
        connection.execute(LISTEN)
        while not self._stopped.is_set():
            with self._lock:
                self._look(lambda: connection.execute(LOOK).fetchone()[0])  # type: ignore[index] # a function's row
            list(connection.notifies(timeout=LISTENS, stop_after=1))

    def _look(self, ask: Callable[[], int]) -> None:
        """Under the lock, so that an older answer never comes after a newer one."""
        stamp, began, before = last_commit.read(), time.monotonic(), self._version
        version = ask()
        self._version, self._looked_at, self._stamp = version, began, stamp
        if before is not None and version < before:
            self._went_back()  # another server has taken over, and lost something
        elif before is None or version > before:
            self._moved(version)

    def _forget(self) -> None:
        self._version, self._looked_at = None, float("-inf")
