"""The second wall: each transaction wears one face, and the database shows it only that face's rows.

The app's login has no right to any table. It may put on a face (a role of PostgreSQL), for one transaction; who wears
none is refused everything. Which face may do what stands in migrations/walls.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.extensions import db

_PUT_ON = (
    "SELECT set_config('role', %s, true), set_config('app.clinic_id', %s, true), set_config('app.request_id', %s, true)"
)


class Face(StrEnum):
    """Who asks the database."""

    PUBLIC = "face_public"
    ACCOUNT = "face_account"  # somebody who signs in: nobody's rows yet
    PATIENT = "face_patient"  # holder of one request
    CLINIC = "face_clinic"  # a team
    OPERATOR = "face_operator"
    WORKER = "face_worker"  # the system itself: jobs, timers, commands, reactions


class Worn(NamedTuple):
    """A face, and whose rows it may see."""

    face: Face
    clinic_id: UUID | None = None
    request_id: UUID | None = None


def wear(face: Face, *, clinic_id: UUID | None = None, request_id: UUID | None = None) -> None:
    """From here on, in this transaction and those that follow in this session."""
    _change(Worn(face, clinic_id, request_id))


def worn() -> Worn | None:
    """The face of this session; None is refused everything."""
    found: Worn | None = db.session().info.get("worn")
    return found


def take_off() -> None:
    """From here on everything is refused."""
    session = db.session()
    session.info.pop("worn", None)
    if session.in_transaction():
        session.flush()
        session.connection().exec_driver_sql("SELECT set_config('role', 'none', true)")


@contextmanager
def as_system() -> Iterator[None]:
    """For what follows from a person's act without being theirs to see: reactions, look-ups by a proof they hold."""
    before = worn()
    if before is not None and before.face == Face.WORKER:
        yield
        return
    _change(Worn(Face.WORKER))
    try:
        yield
        db.session.flush()
    except BaseException:
        # Where the transaction is broken its face is gone with it, and what broke it is what is to be told.
        with suppress(SQLAlchemyError):
            _back_to(before)
        db.session().info["worn"] = before
        raise
    _back_to(before)


def _back_to(before: Worn | None) -> None:
    if before is None:
        take_off()
    elif db.session().is_active:
        _change(before)
    else:
        db.session().info["worn"] = before


def put_on(connection: Connection, face: Worn) -> None:
    """Until the transaction of this connection ends, also by a rollback."""
    values = (face.face.value, str(face.clinic_id or ""), str(face.request_id or ""))
    connection.exec_driver_sql(_PUT_ON, values)


def _change(face: Worn) -> None:
    session = db.session()
    if session.info.get("worn") == face:
        return
    if session.in_transaction():
        session.flush()
        session.info["worn"] = face
        put_on(session.connection(), face)
    else:
        session.info["worn"] = face


@event.listens_for(db.session, "after_begin")
def _dress(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    # A savepoint is dressed already.
    face: Any = session.info.get("worn")
    if face is not None and not transaction.nested:
        put_on(connection, face)
