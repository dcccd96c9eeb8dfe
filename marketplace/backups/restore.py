"""Restores a backup, all of it or nothing: compared before it counts, and what was erased since is erased again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import psycopg
from flask import current_app
from flask_migrate import upgrade

from marketplace.backups import archive, contents
from marketplace.backups.archive import BackupRestored, Manifest
from marketplace.backups.contents import Connection, Fingerprint
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database import engines
from marketplace.processes import postgres_tools
from marketplace.retention.erasure import take_over
from marketplace.retention.rules import erase_pending

Erasures = list[tuple[UUID, datetime]]


class RestoreRefused(RuntimeError):
    """The restore was refused and nothing was changed; the message says why."""


@dataclass(frozen=True)
class RestoreReport:
    """What was restored, what was erased again, and which kinds of sealed values the present keys do not open."""

    manifest: Manifest
    erased: int
    unreadable: list[str] = field(default_factory=list)


def restore(path: Path, *, replace: bool, erasures: Erasures) -> RestoreReport:
    """Replaces what the database holds by the backup at `path`, then erases again what was erased since.

    Raises RestoreRefused, InvalidArchive or ToolFailed: then the database is as it was.
    """
    db.session.rollback()  # no lock of ours stands in the way
    with archive.opened(path) as (manifest, dump):
        _check_schema_head(manifest.schema_head)
        with _owner() as connection:
            _prepare(connection, replace=replace)
            known = erasures + _erased_here(connection)
            _replay(connection, dump, manifest, known)
            engines.dispose()
    # Older backups are brought to this version; grants are given anew.
    upgrade()
    take_over(known)
    record(BackupRestored(reason=manifest.made_at.isoformat()))
    erased = erase_pending()
    with contents.connect(str(current_app.config["BACKUP_DATABASE_URL"])) as connection:
        return RestoreReport(manifest, erased, contents.unreadable_values(connection))


def _owner() -> Connection:
    return contents.connect(str(current_app.config["DATABASE_OWNER_URL"]))


def _check_schema_head(schema_head: str) -> None:
    """Raises RestoreRefused for a backup of a newer version than this one: it would not be understood."""
    versions = Path(str(current_app.root_path)).parent / "migrations" / "versions"
    stands = re.compile(rf'^revision = "{re.escape(schema_head)}"$', re.MULTILINE)
    if not any(stands.search(path.read_text("utf-8")) for path in versions.glob("*.py")):
        raise RestoreRefused(f"The backup stands at migration {schema_head}, which this version of the site lacks")


def _prepare(connection: Connection, *, replace: bool) -> None:
    """Locks the tables that an erasure writes, so that none is missed. Raises RestoreRefused."""
    if not contents.is_empty(connection) and not replace:
        raise RestoreRefused("The database is not empty. To replace what it holds: --replace")
    for table in ("quote_request", "erasure"):
        if contents.has_table(connection, table):
            connection.execute(f"LOCK TABLE public.{table} IN EXCLUSIVE MODE".encode())


def _erased_here(connection: Connection) -> Erasures:
    """The requests that the database to be replaced knows to be erased, or to be erased in a moment."""
    queries = []
    if contents.has_table(connection, "erasure"):
        queries.append("SELECT request_id, erased_at FROM public.erasure")
    if contents.has_table(connection, "quote_request"):
        queries.append("SELECT id, erased_at FROM public.quote_request WHERE state = 'erased'")
        queries.append("SELECT id, withdrawn_at FROM public.quote_request WHERE state = 'withdrawn'")
    # The owner may be held by row level security; the backup's role sees everything.
    with contents.connect(str(current_app.config["BACKUP_DATABASE_URL"])) as reader:
        return [(id_, moment) for query in queries for id_, moment in reader.execute(query.encode()).fetchall()]


def _replay(connection: Connection, dump: Path, manifest: Manifest, erasures: Erasures) -> None:
    """Drops, fills and compares in one transaction. Raises RestoreRefused.

    Rows are compared before policies could hide any.
    """
    url = str(current_app.config["DATABASE_OWNER_URL"])
    contents.wipe(connection)
    try:
        for section in ("pre-data", "data"):
            play(connection, dump, section=section, url=url)
        _compare(manifest.tables, contents.fingerprints(connection))
        _hand_over(connection, erasures)
        play(connection, dump, section="post-data", url=url)
    except psycopg.Error as error:
        words = error.diag.message_primary or str(error)
        raise RestoreRefused(f"The dump could not be played: {words}. Nothing was changed") from error
    _compare(manifest.structure, contents.structure(connection))
    connection.commit()
    connection.execute("ANALYZE")


def _hand_over(connection: Connection, erasures: Erasures) -> None:
    """Stores the erasures in the same transaction: whatever stops us later, the worker finds what is to be erased."""
    if not erasures or not contents.has_table(connection, "erasure"):
        return
    ids, moments = zip(*dict(erasures).items(), strict=True)
    connection.execute("DELETE FROM public.erasure WHERE request_id = ANY(%s)", [list(ids)])
    connection.execute(
        "INSERT INTO public.erasure (request_id, erased_at, pending)"
        " SELECT id, at, true FROM unnest(%s::uuid[], %s::timestamptz[]) AS listed (id, at)",
        [list(ids), list(moments)],
    )


def _compare(wanted: dict[str, Fingerprint] | dict[str, int], found: dict[str, Fingerprint] | dict[str, int]) -> None:
    differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if differing:
        raise RestoreRefused(
            f"What was restored is not what was backed up: {', '.join(differing)}. Nothing was changed"
        )


_COPY = re.compile(rb"COPY .+ FROM stdin;\n")
# Words to psql, and a setting that servers before 17 do not know.
_SKIPPED = re.compile(rb"\\(un)?restrict .*\n|SET transaction_timeout = 0;\n")
_END = b"\\.\n"
# Backups made before the database roles were renamed grant to their old names.
_OLD_ROLE = re.compile(rb"\bface_(public|account|patient|clinic|operator|worker)\b")


def play(connection: Connection, dump: Path, *, section: str, url: str) -> None:
    """Plays one section of the dump: pre-data, data or post-data. Raises ToolFailed."""
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
