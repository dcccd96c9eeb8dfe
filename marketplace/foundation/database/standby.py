"""Watches a standby: it may be read while it has all that the primary had a few seconds ago.

Positions in the write-ahead log are compared, not clocks: an idle primary does not make its standby look late.
"""

import threading
import time
from collections import deque
from contextlib import suppress
from typing import LiteralString

import psycopg
from flask import Flask

from marketplace.config import REACH_DATABASE
from marketplace.foundation.database.timeouts import WEB, CircuitBreaker, DeadlineConnection, as_options, connect

MAX_LAG_SECONDS, LOOK_SECONDS = 5.0, 1.0
# How long after a change of their own people read the primary, where others may read the standby.
OWN_WRITES_SECONDS = 3 * MAX_LAG_SECONDS
# A standby that was promoted is read at its own position: it is the primary then.
_POSITION: LiteralString = """
    SELECT CAST(at - '0/0' AS bigint) FROM (SELECT
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END) AS log (at)
"""


class Server:
    """One of the two, asked by a connection of its own, which is opened anew after an error."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: DeadlineConnection | None = None

    def position(self) -> int | None:
        """Returns how far its log is written, or replayed; None where it does not answer."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            row = self._connection.execute(_POSITION).fetchone()
        except psycopg.Error:
            self.close()
            return None
        return int(row[0]) if row is not None and row[0] is not None else None

    def _connect(self) -> DeadlineConnection:
        parameters = {
            **REACH_DATABASE,
            "application_name": "marketplace",
            "options": as_options(WEB),
            "autocommit": True,
        }
        return connect(self._url, parameters, answer_within=WEB.answer_within, breaker=CircuitBreaker())

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


class StandbyWatch:
    """Looks at both servers once a second, in a thread of its own from the first question on."""

    def __init__(self, *, primary: str, standby: str) -> None:
        self._primary, self._standby = Server(primary), Server(standby)
        self._seen: deque[tuple[float, int]] = deque()  # when the primary's log was how long
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._is_fresh = False

    def is_fresh(self) -> bool:
        """Whether the standby may be read now."""
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._stopped.is_set():
                    self.look()
                    self._thread = threading.Thread(target=self._look_on, name="standby", daemon=True)
                    self._thread.start()
        return self._is_fresh

    def leave(self) -> None:
        """Notes that the standby failed somebody: nobody reads it before the next look."""
        self._is_fresh = False

    def look(self) -> None:
        """Compares both once. While the primary is away nothing is written, and what was found before stands."""
        now, written = time.monotonic(), self._primary.position()
        if written is not None:
            self._seen.append((now, written))
            while now - self._seen[0][0] > MAX_LAG_SECONDS:
                self._seen.popleft()
        replayed = self._standby.position()
        if replayed is None:
            self._is_fresh = False
        elif written is not None:
            self._is_fresh = any(position <= replayed for _at, position in self._seen)

    def stop(self) -> None:
        """Ends the thread and both connections."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(WEB.answer_within)
        self._primary.close()
        self._standby.close()

    def _look_on(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            self.look()


def watch_of(app: Flask) -> StandbyWatch | None:
    """Returns the app's watch; None where it has no standby to read."""
    watch: StandbyWatch | None = app.extensions.get("standby_watch")
    return watch
