"""Playing a dump inside a transaction of ours: what pg_restore writes is read and executed, rows are copied."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from marketplace.backups.database import Connection
from marketplace.processes import postgres_tools

_COPY = re.compile(rb"COPY .+ FROM stdin;\n")
# Words to psql, and a setting that servers before 17 do not know.
_SKIPPED = re.compile(rb"\\(un)?restrict .*\n|SET transaction_timeout = 0;\n")
_END = b"\\.\n"
# Backups made before the database roles were renamed grant to their old names.
_OLD_ROLE = re.compile(rb"\bface_(public|account|patient|clinic|operator|worker)\b")


def play(connection: Connection, dump: Path, *, section: str, url: str) -> None:
    """One section: pre-data, data or post-data."""
    process = postgres_tools.script(dump, section=section, url=url)
    try:
        assert process.stdout is not None
        _execute(connection, process.stdout)
    finally:
        if process.poll() is None and process.stdout is not None:
            process.stdout.close()
    postgres_tools.finished(process)


def _execute(connection: Connection, script: IO[bytes]) -> None:
    statements: list[bytes] = []
    for line in script:
        if _COPY.fullmatch(line):
            _flush(connection, statements)
            _copy(connection, line, script)
        elif not _SKIPPED.fullmatch(line):
            statements.append(line)
    _flush(connection, statements)


def _flush(connection: Connection, statements: list[bytes]) -> None:
    if any(line.strip() and not line.startswith(b"--") for line in statements):
        connection.execute(b"".join(_OLD_ROLE.sub(rb"role_\1", line) for line in statements))
    statements.clear()


def _copy(connection: Connection, statement: bytes, script: IO[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for line in _until_end(script):
            rows.write(line)


def _until_end(script: IO[bytes]) -> Iterator[bytes]:
    for line in script:
        if line == _END:
            return
        yield line
