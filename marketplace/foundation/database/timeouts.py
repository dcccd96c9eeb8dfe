"""Time-outs of the database, on its side and on ours: a network that brings no answer holds no thread.

Short where a person waits, longer in the worker.
"""

import time
from collections.abc import AsyncGenerator, Mapping
from functools import partial
from threading import Lock
from typing import Any, NamedTuple

import psycopg
from flask import Flask, has_request_context
from psycopg import Notify
from psycopg.abc import RV, PQGen
from psycopg.errors import ConnectionTimeout, OperationalError, _WaitTimeout
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from marketplace.extensions import db
from marketplace.foundation.database.roles import BEGINS_AS, DatabaseRole

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
        # Also where another connection has just found the same server silent: who waited there does not wait again.
        is_doubtful = self.is_idle or self.breaker.is_open
        try:
            return super().wait(
                gen, interval, min(PROBE_SECONDS, self.answer_within) if is_doubtful else self.answer_within
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


class Timeouts(NamedTuple):
    """Settings that the database keeps, how many seconds this side waits for any one answer, and the role to begin
    with, where a process works under one."""

    settings: dict[str, str]
    answer_within: float
    role: DatabaseRole | None = None


WEB = Timeouts(
    {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"}, answer_within=6.0
)
WORKER = Timeouts(
    {"statement_timeout": "60s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "60s"},
    answer_within=65.0,
    role=DatabaseRole.WORKER,
)


def as_options(timeouts: Timeouts) -> str:
    """The settings as a connection's `options`: they hold from its first statement on."""
    role = {"role": timeouts.role} if timeouts.role is not None else {}
    return " ".join(f"-c {name}={value}" for name, value in (timeouts.settings | role).items())


def install(app: Flask) -> None:
    """Gives connections made for a request the web's time-outs, whatever server runs the app."""
    with app.app_context():
        for engine in db.engines.values():
            limit_engine(engine, app=app)


def _breaker_of(engine: Engine, app: Flask) -> CircuitBreaker:
    """One for each server, whatever engines of the app lead to it: what one found out holds for all."""
    known: dict[str, CircuitBreaker] = app.extensions.setdefault("circuit_breakers", {})
    return known.setdefault(f"{engine.url.host}:{engine.url.port} {engine.url.query.get('host')}", CircuitBreaker())


def limit_process(app: Flask, timeouts: Timeouts) -> None:
    """Sets the time-outs of every other connection this process makes from now on."""
    app.config["DATABASE_TIMEOUTS"] = timeouts


def limit_engine(engine: Engine, *, app: Flask, always: Timeouts | None = None) -> None:
    """Gives the engine's connections the time-outs `always`, or else those of whoever asks for one."""
    breaker = _breaker_of(engine, app)
    has_pooler = app.config["DIRECT_DATABASE_URL"] and engine.url == make_url(
        str(app.config["SQLALCHEMY_DATABASE_URI"])
    )
    watch_pool(engine)

    @event.listens_for(engine, "do_connect")
    def connect_in_time(
        dialect: Dialect, record: ConnectionPoolEntry, given: tuple[str, ...], parameters: dict[str, Any]
    ) -> DeadlineConnection | None:
        pooled = False
        if has_pooler:
            pooled = has_request_context()
            (_for_pooler if pooled else partial(_past_pooler, dialect, app))(parameters)
        timeouts = always or (WEB if has_request_context() else app.config.get("DATABASE_TIMEOUTS"))
        if timeouts is None:
            return None
        if not pooled:
            parameters["options"] = f"{parameters.get('options', '')} {as_options(timeouts)}".strip()
            record.info[BEGINS_AS] = timeouts.role
        return connect("".join(given), parameters, answer_within=timeouts.answer_within, breaker=breaker)


def _for_pooler(parameters: dict[str, Any]) -> None:
    """A pooler of transactions refuses start-up options and mixes up prepared statements."""
    parameters.pop("options", None)
    parameters["prepare_threshold"] = None


def _past_pooler(dialect: Dialect, app: Flask, parameters: dict[str, Any]) -> None:
    """Whoever is not a request (jobs, commands, listeners) connects directly."""
    kept = dict(app.config["SQLALCHEMY_ENGINE_OPTIONS"].get("connect_args", {}))
    _none, direct = dialect.create_connect_args(make_url(str(app.config["DIRECT_DATABASE_URL"])))
    parameters.clear()
    parameters |= {**direct, **kept}
