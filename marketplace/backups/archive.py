"""Creates a backup: one snapshot, counted and dumped into a ZIP that is whole or not there."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from flask import current_app

from marketplace.backups import contents
from marketplace.backups.contents import Fingerprint
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event, record
from marketplace.processes import postgres_tools

ROOT = Path(__file__).resolve().parents[2]
FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"


class BackupMade(Event):
    """A backup of everything was written to a file."""


class BackupRestored(Event):
    """A backup was restored; `reason` is the moment it was made at."""


class InvalidArchive(ValueError):
    """The file is no backup, or not as it was written."""


@dataclass(frozen=True)
class Manifest:
    """What the dump holds, counted in the very same snapshot."""

    made_at: datetime
    site: str
    server: str
    schema_head: str
    tables: dict[str, Fingerprint]
    structure: dict[str, int]

    @property
    def rows(self) -> int:
        """The number of rows of all tables."""
        return sum(fingerprint.rows for fingerprint in self.tables.values())


@contextmanager
def workplace(beside: Path | None = None) -> Iterator[Path]:
    """A folder that only we can read, deleted afterwards whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write(to: Path, *, dump: Path, manifest: Manifest) -> None:
    """Writes the file beside its place, readable by its owner only, and moves it there when it is on the disk."""
    rough = dump.with_name("archive")
    with os.fdopen(os.open(rough, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(MANIFEST, _written(manifest, digest=_digest(dump)))
            archive.write(dump, DUMP)
        file.flush()
        os.fsync(file.fileno())
    rough.replace(to)
    folder = os.open(to.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest and the dump, after proving that it is the one that was written. Raises InvalidArchive."""
    with workplace() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                dump = Path(archive.extract(DUMP, folder))
                manifest, digest = _read(archive.read(MANIFEST))
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
            raise InvalidArchive(f"{path} is no backup of this site, or it is damaged") from error
        if _digest(dump) != digest:
            raise InvalidArchive(f"{path} is damaged: its dump is not the one that was written")
        yield manifest, dump


def _written(manifest: Manifest, *, digest: str) -> str:
    content = {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat(), "dump_sha256": digest}
    return json.dumps(content, indent=1)


def _read(raw: bytes) -> tuple[Manifest, str]:
    content = json.loads(raw)
    if content.pop("format") != FORMAT:
        raise InvalidArchive("The backup was written by a newer version of this site")
    digest = str(content.pop("dump_sha256"))
    content["made_at"] = datetime.fromisoformat(content["made_at"])
    content["tables"] = {name: Fingerprint(**found) for name, found in content["tables"].items()}
    return Manifest(**content), digest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def create_backup(to: Path) -> Manifest:
    """Writes a backup of one snapshot to `path`; the file is whole or not there.

    Raises ToolFailed, or what the database raises when it is away.
    """
    url = str(current_app.config["BACKUP_DATABASE_URL"])
    with workplace(to.resolve().parent) as folder, contents.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        snapshot = str((connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",))[0])
        manifest = _manifest(connection)
        dump = folder / DUMP
        postgres_tools.dump(url, to=dump, snapshot=snapshot, leave_out=contents.LEFT_OUT)
        write(to.resolve(), dump=dump, manifest=manifest)
    record(BackupMade())
    return manifest


def _manifest(connection: contents.Connection) -> Manifest:
    return Manifest(
        made_at=clock.now(),
        site=_site_version(),
        server=str(connection.info.server_version),
        schema_head=contents.schema_head(connection),
        tables=contents.fingerprints(connection),
        structure=contents.structure(connection),
    )


def _site_version() -> str:
    """The commit that runs, where it is known."""
    try:
        done = subprocess.run(
            ("git", "describe", "--always", "--dirty"),  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
