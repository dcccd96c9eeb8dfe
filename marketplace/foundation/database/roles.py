"""Row-level security: each statement runs under one database role, and PostgreSQL shows it only that role's rows.

The app's login has no right to any table. It may take a role with SET LOCAL ROLE, until its transaction ends; without
one it is refused everything. Which role may do what stands in migrations/row_policies.py. A role is set when the first
statement needs it: a transaction that runs under one role sets it once, whatever was asked for on the way.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExecutionContext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from marketplace.extensions import ROLE_SCOPE, db

_SET_LOCAL = (
    "SELECT set_config('role', %s, true), set_config('app.clinic_id', %s, true), set_config('app.request_id', %s, true)"
)
FIXED_ROLE = "fixed_role"  # an engine's execution option: the role that its connections have from their start
BEGINS_AS = "begins_as"  # in connection.info: the role that each of its transactions begins with, where that is one
_FOLLOWED, _SET = "role_followed", "role_set"  # in connection.info: whose role it takes, and which one it has
_AS_BEGUN, _UNKNOWN = "as_begun", "unknown"
_OF_SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")  # need no right; the last may end an aborted transaction


class DatabaseRole(StrEnum):
    """The PostgreSQL roles that the app's login may take."""

    PUBLIC = "role_public"
    ACCOUNT = "role_account"  # somebody who signs in: nobody's rows yet
    PATIENT = "role_patient"  # holder of one request
    CLINIC = "role_clinic"  # a team
    OPERATOR = "role_operator"
    WORKER = "role_worker"  # the system itself: jobs, timers, commands, reactions


# Where each statement is a transaction of its own, whose rows a connection may see stays until it is said anew.
_OF_SESSION = {
    DatabaseRole.PATIENT: "SELECT set_config('app.request_id', %s, false)",
    DatabaseRole.CLINIC: "SELECT set_config('app.clinic_id', %s, false)",
}


class NobodysStatement(RuntimeError):
    """A statement on a connection that was somebody's before, and is nobody's now."""


class RoleScope(NamedTuple):
    """A role, whose rows it may see, and the engine that is asked (a key of `db.engines`; None: the usual one)."""

    role: DatabaseRole
    clinic_id: UUID | None = None
    request_id: UUID | None = None
    engine: str | None = None


def use_role(
    role: DatabaseRole,
    *,
    clinic_id: UUID | None = None,
    request_id: UUID | None = None,
    engine: str | None = None,
) -> None:
    """Sets the role of this session, and its engine: for the rest of its transaction and for those that follow."""
    _switch_to(RoleScope(role, clinic_id, request_id, engine))


def current_role() -> RoleScope | None:
    """The role of this session and whose rows it may see; None is refused everything."""
    found: RoleScope | None = db.session().info.get(ROLE_SCOPE)
    return found


def reset_role() -> None:
    """Leaves this session without a role: the database refuses it everything until the next `use_role`."""
    _switch_to(None)


@contextmanager
def as_system() -> Iterator[None]:
    """Runs the block under the worker's role, then goes back to the role before it.

    For what follows from a person's act without being theirs to see: reactions, look-ups by a proof they hold.
    """
    before = current_role()
    if before is not None and before.role == DatabaseRole.WORKER:
        yield
        return
    _switch_to(RoleScope(DatabaseRole.WORKER))
    try:
        yield
    except BaseException:
        # Where the transaction is broken, what broke it is what is to be told.
        with suppress(SQLAlchemyError):
            _switch_to(before)
        db.session().info[ROLE_SCOPE] = before
        raise
    _switch_to(before)


def _switch_to(scope: RoleScope | None) -> None:
    """Changes the role of the statements that follow; what is not written yet belongs to the one before."""
    session = db.session()
    if session.info.get(ROLE_SCOPE) != scope:
        if session.in_transaction() and session.is_active:
            session.flush()
        session.info[ROLE_SCOPE] = scope


def set_local_role(connection: Connection, scope: RoleScope) -> None:
    """Sets the role until the transaction of this connection ends, also by a rollback; it follows no session's.

    Nothing is sent where the connection has the role from its start.
    """
    connection.info[_FOLLOWED] = {ROLE_SCOPE: scope}
    connection.info[_SET] = _AS_BEGUN
    apply_role(connection)


def follow(session: Session, connection: Connection) -> None:
    """Lets each statement of the connection run under the role that the session has at that moment."""
    connection.info[_FOLLOWED] = session.info
    connection.info[_SET] = _AS_BEGUN


def apply_role(connection: Connection) -> None:
    """Sets the role that the next statement is to have, unless the connection has it.

    Each statement of SQLAlchemy's does so itself; whoever hands on the driver's own connection calls it before. Raises
    NobodysStatement where it follows nobody, and saw somebody's rows before.
    """
    info, fixed = connection.info, connection.get_execution_options().get(FIXED_ROLE)
    if _FOLLOWED not in info:
        if fixed in _OF_SESSION:
            raise NobodysStatement
        return
    scope: RoleScope | None = info[_FOLLOWED].get(ROLE_SCOPE)
    if scope == info[_SET]:
        return
    before, info[_SET] = info[_SET], scope
    if scope is not None and scope.role == info.get(BEGINS_AS) and before == _AS_BEGUN:
        return
    try:
        if scope is not None and fixed == scope.role:
            _send_rows(connection, scope)
        else:
            _send(connection, scope)
    except BaseException:
        info[_SET] = _UNKNOWN
        raise


def _send_rows(connection: Connection, scope: RoleScope) -> None:
    """Says whose rows a connection may see that has its role from the start: whoever uses it next says so anew."""
    if scope.role in _OF_SESSION:
        whose = scope.request_id if scope.role == DatabaseRole.PATIENT else scope.clinic_id
        connection.exec_driver_sql(_OF_SESSION[scope.role], (str(whose or ""),))


def _send(connection: Connection, scope: RoleScope | None) -> None:
    if scope is None:
        connection.exec_driver_sql("SELECT set_config('role', 'none', true)")
    else:
        connection.exec_driver_sql(
            _SET_LOCAL, (scope.role.value, str(scope.clinic_id or ""), str(scope.request_id or ""))
        )


@event.listens_for(Engine, "before_cursor_execute")
def _set_role_of_statement(
    connection: Connection, _cursor: DBAPICursor, sql: str, _given: Any, _context: ExecutionContext | None, _many: bool
) -> None:
    if not sql.startswith(_OF_SAVEPOINTS):
        apply_role(connection)


@event.listens_for(Engine, "rollback_savepoint")
def _forget_what_was_undone(connection: Connection, _name: str, _context: None) -> None:
    if not connection.invalidated and _FOLLOWED in connection.info:
        connection.info[_SET] = _UNKNOWN


@event.listens_for(Pool, "checkin")
def _follow_nobody(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info.pop(_FOLLOWED, None)


@event.listens_for(db.session, "after_begin")
def _follow_session(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    # A savepoint has its transaction's role already.
    if not transaction.nested:
        follow(session, connection)
