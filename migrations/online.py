"""Changes the schema of a site that is in use: nobody waits long for a lock, and a step that was cut off is done anew.

Used by revisions from 0013 on. A revision with `separate_transactions()` is not one transaction: each statement inside it is, so each
must bear being done twice.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import op
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

# Whoever comes after a waiting strong lock waits behind it: so it gives up early, lets them pass and tries again.
# Longer than deadlock_timeout (1 s), after which PostgreSQL sends an autovacuum away that is in the way.
LOCK_TIMEOUT = "2s"
# Shorter than deadlock_timeout: the migration gives way, it is never somebody's request that is refused.
LOCK_TIMEOUT_OF_SEVERAL = "800ms"
MAX_ATTEMPTS = 60
PAUSE_SECONDS = 1.0
BATCH_ROWS = 5_000
# Lock not available in time; deadlock.
GAVE_WAY = {"55P03", "40P01"}
FIRST = "00000000-0000-0000-0000-000000000000"


def gave_way(error: OperationalError) -> bool:
    """Whether a lock was not to be had."""
    return getattr(error.orig, "sqlstate", None) in GAVE_WAY


def patiently(connection: Connection, work: Callable[[], None], *, again: Callable[[], bool] = lambda: True) -> None:
    """Does the work and commits; where a lock is not to be had it is rolled back and done anew, for some minutes.

    `again` says whether it may be done anew. Raises OperationalError.
    """
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            connection.commit()
            work()
            connection.commit()
            return
        except OperationalError as error:
            connection.rollback()
            if attempt == MAX_ATTEMPTS or not gave_way(error) or not again():
                raise
            time.sleep(PAUSE_SECONDS)


@contextmanager
def separate_transactions() -> Iterator[None]:
    """Each statement inside is a transaction of its own."""
    with op.get_context().autocommit_block():
        yield


def in_batches(statement: str, *, table: str) -> None:
    """Runs the statement for each run of the table's keys between :after and :upto; inside `separate_transactions()` only."""
    connection = op.get_bind()
    last = text(
        f"SELECT id FROM (SELECT id FROM {table} WHERE id > :after ORDER BY id LIMIT {BATCH_ROWS}) AS batch"
        " ORDER BY id DESC LIMIT 1"
    )
    after: object = FIRST
    while (upto := connection.scalar(last, {"after": after})) is not None:
        connection.execute(text(statement), {"after": after, "upto": upto})
        after = upto


def constrain(table: str, name: str, rule: str) -> None:
    """Adds the constraint to new rows at once, then reads the old ones while others write; inside `separate_transactions()` only."""
    op.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} {rule} NOT VALID",
    )
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def forbid_null(table: str, column: str) -> None:
    """Makes a filled column NOT NULL without reading the table under a strong lock; inside `separate_transactions()` only."""
    name = f"ck_{table}_{column}_is_there"
    constrain(table, name, f"CHECK ({column} IS NOT NULL)")
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL, DROP CONSTRAINT {name}")


def build_index(name: str, table: str, what: str) -> None:
    """Makes the index while others write; inside `separate_transactions()` only. It waits for old transactions, nobody for it."""
    op.execute("SET lock_timeout = 0")
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what was cut off is invalid
    op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} {what}")
    op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def lock_at_once(*tables: str) -> None:
    """Takes several tables for itself as a transaction's first act, or none of them, and tries again.

    Raises OperationalError when they were not to be had for some minutes.
    """
    connection, names = op.get_bind(), ", ".join(tables)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            with connection.begin_nested():
                # An autovacuum goes, and no reader or writer waits for this.
                connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE UPDATE EXCLUSIVE MODE")
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_OF_SEVERAL}'")
                connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
            return
        except OperationalError as error:
            if attempt == MAX_ATTEMPTS or not gave_way(error):
                raise
            time.sleep(PAUSE_SECONDS)
