"""Row-level security: each transaction runs under one database role, and PostgreSQL shows it only that role's rows.

The app's login has no right to any table. It may take a role with SET LOCAL ROLE, for one transaction; without one it
is refused everything. Which role may do what stands in migrations/row_policies.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.extensions import ROLE_SCOPE, db

_SET_LOCAL = (
    "SELECT set_config('role', %s, true), set_config('app.clinic_id', %s, true), set_config('app.request_id', %s, true)"
)
FIXED_ROLE = "fixed_role"  # an engine's execution option: the role that its connections have from their start


class DatabaseRole(StrEnum):
    """The PostgreSQL roles that the app's login may take."""

    PUBLIC = "role_public"
    ACCOUNT = "role_account"  # somebody who signs in: nobody's rows yet
    PATIENT = "role_patient"  # holder of one request
    CLINIC = "role_clinic"  # a team
    OPERATOR = "role_operator"
    WORKER = "role_worker"  # the system itself: jobs, timers, commands, reactions


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
    session = db.session()
    session.info.pop(ROLE_SCOPE, None)
    if session.in_transaction():
        session.flush()
        session.connection().exec_driver_sql("SELECT set_config('role', 'none', true)")


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
        db.session.flush()
    except BaseException:
        # Where the transaction is broken its role is gone with it, and what broke it is what is to be told.
        with suppress(SQLAlchemyError):
            _restore(before)
        db.session().info[ROLE_SCOPE] = before
        raise
    _restore(before)


def _restore(before: RoleScope | None) -> None:
    if before is None:
        reset_role()
    elif db.session().is_active:
        _switch_to(before)
    else:
        db.session().info[ROLE_SCOPE] = before


def set_local_role(connection: Connection, scope: RoleScope) -> None:
    """Sets the role until the transaction of this connection ends, also by a rollback.

    Nothing is sent where the connection has the role from its start.
    """
    if connection.get_execution_options().get(FIXED_ROLE) == scope.role:
        return
    values = (scope.role.value, str(scope.clinic_id or ""), str(scope.request_id or ""))
    connection.exec_driver_sql(_SET_LOCAL, values)


def _switch_to(scope: RoleScope) -> None:
    session = db.session()
    if session.info.get(ROLE_SCOPE) == scope:
        return
    if session.in_transaction():
        session.flush()
        session.info[ROLE_SCOPE] = scope
        set_local_role(session.connection(), scope)
    else:
        session.info[ROLE_SCOPE] = scope


@event.listens_for(db.session, "after_begin")
def _set_role_of_transaction(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    # A savepoint has its transaction's role already.
    scope: RoleScope | None = session.info.get(ROLE_SCOPE)
    if scope is not None and not transaction.nested:
        set_local_role(connection, scope)
