"""Puts rows into tables by COPY: foreign keys unchecked (the generator holds them), indexes built once at the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

import psycopg
from psycopg import sql

T = TypeVar("T")
Connection = psycopg.Connection[tuple[object, ...]]
Row = tuple[object, ...]
CHUNK = 5000  # things whose rows are held in memory at once
_INDEXES = """
SELECT i.relname, pg_get_indexdef(x.indexrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
WHERE t.relname = ANY(%s) AND NOT x.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid)
ORDER BY i.relname
"""


def chunks(items: Iterable[T], *, size: int = CHUNK) -> Iterator[list[T]]:
    """Yields the items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Appends rows to a table."""
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor().copy(command) as target:
        for row in rows:
            target.write_row(row)


def copy_all(connection: Connection, columns: Mapping[str, Sequence[str]], rows: Mapping[str, list[Row]]) -> None:
    """Appends rows to several tables."""
    for table, found in rows.items():
        copy(connection, table, columns[table], found)


@contextmanager
def bulk(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Fills these tables in one transaction without triggers and without the indexes that are no constraint.

    For a superuser: foreign keys are triggers too.
    """
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        connection.execute("SET LOCAL synchronous_commit = off")
        found = connection.execute(_INDEXES, [list(tables)]).fetchall()
        for name, _definition in found:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(str(name))))
        yield
        for _name, definition in found:
            connection.execute(str(definition).encode())
