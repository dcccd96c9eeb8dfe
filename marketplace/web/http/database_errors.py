"""What the database's refusals mean to whoever waits: come back, someone was faster, or it cannot be stored."""

from procrastinate.exceptions import ConnectorException
from psycopg import DataError, InterfaceError, OperationalError, errors
from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError

AWAY, FASTER, NOT_STORABLE = 503, 409, 400
# Away, full, too slow, locked, deadlocked, being replaced: all of it passes. A CHECK or a NOT NULL is our own fault.
MEANING: tuple[tuple[type[BaseException], int], ...] = (
    (OperationalError, AWAY),
    (InterfaceError, AWAY),
    (errors.ReadOnlySqlTransaction, AWAY),
    (errors.IdleInTransactionSessionTimeout, AWAY),
    (errors.TransactionTimeout, AWAY),
    (TimeoutError, AWAY),
    (errors.UniqueViolation, FASTER),
    (errors.ForeignKeyViolation, FASTER),
    (errors.ExclusionViolation, FASTER),
    (StaleDataError, FASTER),
    (DataError, NOT_STORABLE),
)
KINDS: tuple[type[Exception], ...] = (DBAPIError, TimeoutError, StaleDataError, ConnectorException)


def cause_of(error: BaseException) -> BaseException:
    """The driver's own error, whoever wrapped it."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig
    if isinstance(error, ConnectorException) and error.__cause__ is not None:
        return error.__cause__
    return error


def status_of(error: BaseException) -> int | None:
    """None where it is a fault of ours."""
    cause = cause_of(error)
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        return AWAY
    return next((status for kind, status in MEANING if isinstance(cause, kind)), None)


def code_of(error: BaseException) -> str:
    """Its SQLSTATE or its kind: never its words, which quote what was typed."""
    cause = cause_of(error)
    return getattr(cause, "sqlstate", None) or type(cause).__name__
