"""Puts rows into tables by COPY, a process a core: foreign keys unchecked (the generator holds them), indexes last."""

import gc
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool

import psycopg
from psycopg import sql

from benchmarks import machine
from benchmarks.progress import bar

Connection = psycopg.Connection[tuple[object, ...]]
Row = tuple[object, ...]
Rows = Mapping[str, list[Row]]
CHUNK = 2000  # things whose rows a process holds in memory at once
_INDEXES = """
SELECT i.relname, pg_get_indexdef(x.indexrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
WHERE t.relname = ANY(%s) AND NOT x.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid)
ORDER BY pg_relation_size(t.oid) DESC, i.relname
"""
# Foreign keys are triggers too: only a superuser may leave them out.
_QUICKLY = ("session_replication_role = replica", "synchronous_commit = off", "work_mem = '256MB'")
_BUILDING = ("maintenance_work_mem = '512MB'", "max_parallel_maintenance_workers = 0")
_fork = multiprocessing.get_context("fork")


def connect(url: str) -> Connection:
    """Connects a superuser who fills: without triggers, and without waiting for the disk."""
    connection = psycopg.connect(url, autocommit=True)
    for setting in (*_QUICKLY, *_BUILDING):
        connection.execute(f"SET {setting}".encode())
    return connection


@dataclass(frozen=True)
class Filling:
    """What is put where: `make` yields the rows of each thing of a range by table; `columns` names their columns."""

    url: str
    columns: Mapping[str, Sequence[str]]
    make: Callable[[range], Iterable[Rows]]

    def add(self, numbers: range) -> None:
        """Appends the rows of these things, in a transaction."""
        made = list(self.make(numbers))
        with connect(self.url) as connection, connection.transaction():
            for table, columns in self.columns.items():
                _copy(connection, table, columns, (row for each in made for row in each[table]))


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)) as target:
        for row in rows:
            target.write_row(row)


def fill(filling: Filling, *, count: int, what: str) -> None:
    """Appends the rows of that many things, and builds the indexes of their tables after that."""
    parts = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    with indexes_last(filling.url, filling.columns):
        for _ in bar(_added(filling, parts), what=f"{count:,} {what}", total=count, step=CHUNK):
            pass


def _added(filling: Filling, parts: Sequence[range]) -> Iterator[None]:
    """Adds each part; yields when it is in. A pool would send `filling` by pickle, so its processes inherit it."""
    if len(parts) == 1:
        filling.add(parts[0])
        yield
        return
    with _fork.Pool(len(machine.cores()), initializer=_inherit, initargs=(filling,)) as pool:
        yield from pool.imap_unordered(_add, parts)


_inherited: list[Filling] = []


def _inherit(filling: Filling) -> None:
    _inherited[:] = [filling]
    gc.disable()  # rows refer to nothing that refers to them, and to look for it takes as long as to make them


def _add(numbers: range) -> None:
    _inherited[0].add(numbers)


@contextmanager
def indexes_last(url: str, tables: Iterable[str]) -> Iterator[None]:
    """Drops the indexes of these tables that are no constraint; builds them after the block, a connection a core."""
    with connect(url) as connection:
        found = connection.execute(_INDEXES, [list(tables)]).fetchall()
        for name, _definition in found:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(str(name))))
    yield
    run_all(url, [str(definition) for _name, definition in found])


def run_all(url: str, statements: Sequence[str]) -> None:
    """Runs statements that do not hinder each other, as many at once as there are cores."""
    with ThreadPool(len(machine.cores())) as pool:
        pool.map(lambda statement: _run(url, statement), statements, chunksize=1)


def _run(url: str, statement: str) -> None:
    with connect(url) as connection:
        connection.execute(statement.encode())
