"""Deadlines on this side of a database connection: a network that brings no answer holds no thread.

The database's own time-outs end what is slow there; they are of no use where their word does not come through.
"""

import time
from collections.abc import AsyncGenerator, Mapping
from threading import Lock
from typing import Any

import psycopg
from psycopg import Notify
from psycopg.abc import RV, PQGen
from psycopg.errors import ConnectionTimeout, OperationalError, _WaitTimeout
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

# Seconds. A connection from the pool is tried before it is used; that and a new one in its place take less than ten.
PROBE_SECONDS, CONNECT_SECONDS = 2.5, 3
OPEN_SECONDS = CONNECT_SECONDS + 0.5
TOO_LATE, JUST_NOW = "the database did not answer in time", "the database did not answer a moment ago"
_WAIT_INTERVAL = 0.1


class Silent(OperationalError):
    """The database did not answer in time; the connection is closed."""


class CircuitBreaker:
    """Lets one attempt at a time through after a silence; all others are refused at once until an answer comes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next_attempt: float | None = None  # none while all is well

    @property
    def is_open(self) -> bool:
        """Whether the last attempt found no answer."""
        return self._next_attempt is not None

    def admit(self) -> None:
        """Lets the one attempt through whose turn it is. Raises Silent for the others."""
        with self._lock:
            if self._next_attempt is None:
                return
            if time.monotonic() < self._next_attempt:
                raise Silent(JUST_NOW)
            self._next_attempt = time.monotonic() + OPEN_SECONDS

    def trip(self) -> None:
        """Notes that an answer did not come."""
        with self._lock:
            self._next_attempt = time.monotonic() + OPEN_SECONDS

    def close(self) -> None:
        """Notes that an answer came."""
        self._next_attempt = None


class DeadlineConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer takes longer than `answer_within` seconds. Raises Silent then."""

    answer_within: float
    breaker: CircuitBreaker
    is_idle = False  # lies in the pool: what is sent next finds out whether it still works

    def wait(self, gen: PQGen[RV], interval: float = _WAIT_INTERVAL, timeout: float | None = None) -> RV:
        """Waits for the answer to a statement, a commit or a rollback. Raises Silent."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        if self.is_idle and self.breaker.is_open:
            self.pgconn.finish()  # a new one is asked for in its place, when that may be tried
            raise Silent(JUST_NOW)
        try:
            return super().wait(
                gen, interval, min(PROBE_SECONDS, self.answer_within) if self.is_idle else self.answer_within
            )
        except _WaitTimeout as error:
            self.pgconn.finish()
            if not self.is_idle:
                self.breaker.trip()
            raise Silent(TOO_LATE) from error


class AsyncDeadlineConnection(psycopg.AsyncConnection[Any]):
    """The same for the queue's own connections. Whoever listens for notices waits without end."""

    answer_within = 20.0
    _listens = False

    async def notifies(
        self, *, timeout: float | None = None, stop_after: int | None = None
    ) -> AsyncGenerator[Notify, None]:
        """Listens without a deadline: silence is what is expected here."""
        self._listens = True
        try:
            async for notice in super().notifies(timeout=timeout, stop_after=stop_after):
                yield notice
        finally:
            self._listens = False

    async def wait(self, gen: PQGen[RV], interval: float = _WAIT_INTERVAL, timeout: float | None = None) -> RV:
        """Waits for the answer to a statement. Raises Silent."""
        if self._listens or timeout is not None:
            return await super().wait(gen, interval, timeout)
        try:
            return await super().wait(gen, interval, self.answer_within)
        except _WaitTimeout as error:
            self.pgconn.finish()
            raise Silent(TOO_LATE) from error


def connect(
    conninfo: str, parameters: Mapping[str, Any], *, answer_within: float, breaker: CircuitBreaker
) -> DeadlineConnection:
    """Opens a connection. Raises Silent where none is made in time, or another thread's last try failed so."""
    breaker.admit()
    try:
        made: DeadlineConnection = DeadlineConnection.connect(
            conninfo, **{**parameters, "connect_timeout": CONNECT_SECONDS}
        )
    except ConnectionTimeout:
        breaker.trip()
        raise
    except psycopg.Error:
        breaker.close()  # a refusal is an answer
        raise
    breaker.close()
    made.answer_within, made.breaker = answer_within, breaker
    return made


def watch_pool(engine: Engine) -> None:
    """Marks connections that lie in the pool: they are tried with less patience than those in use."""

    @event.listens_for(engine, "checkin")
    def put_back(connection: DBAPIConnection | None, _record: ConnectionPoolEntry) -> None:
        if isinstance(connection, DeadlineConnection):
            connection.is_idle = True

    @event.listens_for(engine, "checkout")
    def take_out(connection: DBAPIConnection, _record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        if isinstance(connection, DeadlineConnection):
            connection.is_idle = False
