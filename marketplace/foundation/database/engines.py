"""The engines beside the usual one: for pages that only read and need neither a transaction nor a change of role.

A connection of theirs has the role of the public, of a request's holder or of a clinic from its start, may only read,
and sends each statement by itself: a page costs as many round trips as it has statements. Each statement sees what was
committed before it; what is read first on a connection is never newer than what is read after it.
"""

import select
import time
from typing import Any
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from marketplace.extensions import db
from marketplace.foundation.database.public_version import LAGS
from marketplace.foundation.database.roles import FIXED_ROLE, DatabaseRole, current_role, use_role
from marketplace.foundation.database.standby import StandbyWatch, watch_of
from marketplace.foundation.database.statements import MeasuredPool
from marketplace.foundation.database.timeouts import DeadlineConnection

PUBLIC_READS, STANDBY_PUBLIC_READS = "public_reads", "standby_public_reads"
REQUEST_READS, CLINIC_READS = "request_reads", "clinic_reads"  # by the holder of a request, by a team
STANDBY = "standby"  # transactions that only read, under whatever role
# Seconds a connection may lie in the pool before it is tried anew: where pages come fast none is.
TRIED_AFTER = 1.0
# A plan for each statement's values: one for any value reads the whole market where few rows, or none, have them.
_CUSTOM_PLANS = " -c plan_cache_mode=force_custom_plan"
_READS = "-c role={role} -c default_transaction_read_only=on"
_FEW = {"pool_size": 4, "max_overflow": 4}  # connections of one process
_LAID_BACK = "laid_back"  # in the record's info: when its connection came back to the pool


def configure(app: Flask) -> None:
    """Names the engines to Flask-SQLAlchemy, from the app's settings."""
    for name in ("DIRECT_DATABASE_URL", "READ_DATABASE_URL"):
        app.config.setdefault(name, None)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"].setdefault("poolclass", MeasuredPool)
    primary, standby = str(app.config["SQLALCHEMY_DATABASE_URI"]), app.config["READ_DATABASE_URL"]
    binds = {} if behind_pooler(app) else _own_reads(app, primary)
    if standby:
        watch = StandbyWatch(primary=str(app.config["DIRECT_DATABASE_URL"] or primary), standby=str(standby))
        app.extensions["standby_watch"] = watch
        binds[STANDBY_PUBLIC_READS] = _public_reads(app, str(standby), lags=True)
        binds[STANDBY] = {**app.config["SQLALCHEMY_ENGINE_OPTIONS"], "url": str(standby)}
    app.config["SQLALCHEMY_BINDS"] = binds


def _own_reads(app: Flask, primary: str) -> dict[str, dict[str, Any]]:
    holders = _reads(app, primary, role=DatabaseRole.PATIENT)
    teams = _reads(app, primary, role=DatabaseRole.CLINIC, options=_CUSTOM_PLANS)
    public = _public_reads(app, primary, lags=False)
    return {PUBLIC_READS: public, REQUEST_READS: holders | _FEW, CLINIC_READS: teams | _FEW}


def behind_pooler(app: Flask) -> bool:
    """Whether requests reach the database through a pooler of transactions, so that no connection is one client's."""
    return app.config["DIRECT_DATABASE_URL"] is not None


def _public_reads(app: Flask, url: str, *, lags: bool) -> dict[str, Any]:
    given = _reads(app, url, role=DatabaseRole.PUBLIC, options=_CUSTOM_PLANS)
    return given | {"execution_options": {**given["execution_options"], LAGS: lags}}


def _reads(app: Flask, url: str, *, role: DatabaseRole, options: str = "") -> dict[str, Any]:
    given = dict(app.config["SQLALCHEMY_ENGINE_OPTIONS"])
    return given | {
        "url": url,
        "connect_args": {**given.get("connect_args", {}), "options": _READS.format(role=role) + options},
        "isolation_level": "AUTOCOMMIT",
        "execution_options": {FIXED_ROLE: role},
    }


def install(app: Flask) -> None:
    """Lets connections be tried after they were idle; before any other listener of theirs.

    Through a pooler no connection keeps a role: there all pages read in transactions.
    """
    with app.app_context():
        for engine in list(db.engines.values()):
            try_idle_connections(engine)
        if behind_pooler(app):
            for name in (PUBLIC_READS, REQUEST_READS, CLINIC_READS):
                db.engines[name] = db.engine  # type: ignore[index]


def dispose() -> None:
    """Closes every pooled connection of the app."""
    for engine in db.engines.values():
        engine.dispose()


def try_idle_connections(engine: Engine) -> None:
    """Asks a connection from the pool whether it still works: one that lay there for some time, or was sent something.

    A server that stops or restarts says so, and what it said lies in the socket; only a network that fell silent does
    not, and for that a moment is too short.
    """

    @event.listens_for(engine, "checkin")
    def note_time(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_LAID_BACK] = time.monotonic()

    @event.listens_for(engine, "checkout", insert=True)
    def try_it(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        since = record.info.get(_LAID_BACK)
        is_silent = isinstance(connection, DeadlineConnection) and connection.breaker.is_open
        if since is None or (time.monotonic() - since < TRIED_AFTER and not is_silent and not _was_told(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _was_told(connection: DBAPIConnection) -> bool:
    """Whether the server sent something that nobody asked for: that it ends the connection."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def read_as_public(*, may_lag: bool = False) -> None:
    """Lets this session read as the public role, each statement by itself, until it takes another role.

    With `may_lag` from the standby, where there is one that is not late.
    """
    use_role(DatabaseRole.PUBLIC, engine=STANDBY_PUBLIC_READS if may_lag and _is_fresh() else PUBLIC_READS)


def read_as_holder(request_id: UUID) -> None:
    """Lets this session read as the holder of a request, each statement by itself, until it takes another role."""
    use_role(DatabaseRole.PATIENT, request_id=request_id, engine=REQUEST_READS)


def read_as_clinic(clinic_id: UUID) -> None:
    """Lets this session read as a clinic's team, each statement by itself, until it takes another role."""
    use_role(DatabaseRole.CLINIC, clinic_id=clinic_id, engine=CLINIC_READS)


def read_figures() -> None:
    """Lets this session, with the role it has, read from the standby, where there is one that is not late."""
    scope = current_role()
    if scope is not None and _is_fresh():
        use_role(scope.role, clinic_id=scope.clinic_id, request_id=scope.request_id, engine=STANDBY)


def reads_from_standby() -> bool:
    """Whether this session reads from the standby."""
    scope = current_role()
    return scope is not None and scope.engine in {STANDBY, STANDBY_PUBLIC_READS}


def leave_standby() -> None:
    """Takes this session back to the primary, after the standby failed it; others leave it too until the next look."""
    scope, watch = current_role(), watch_of(current_app)
    if scope is not None and watch is not None:
        watch.leave()
        back = PUBLIC_READS if scope.engine == STANDBY_PUBLIC_READS else None
        use_role(scope.role, clinic_id=scope.clinic_id, request_id=scope.request_id, engine=back)


def _is_fresh() -> bool:
    watch = watch_of(current_app)
    return watch is not None and watch.is_fresh()
