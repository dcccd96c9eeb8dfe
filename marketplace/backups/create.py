"""Creates a backup: one snapshot is counted and dumped, whatever is written meanwhile."""

import subprocess
from pathlib import Path

import psycopg
from flask import current_app

from marketplace.backups import archive, contents
from marketplace.backups.archive import Manifest
from marketplace.backups.events import BackupMade
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.processes import postgres_tools

ROOT = Path(__file__).resolve().parents[2]


def create_backup(to: Path) -> Manifest:
    """Writes a backup of one snapshot to `path`; the file is whole or not there.

    Raises ToolFailed, or what the database raises when it is away.
    """
    url = str(current_app.config["BACKUP_DATABASE_URL"])
    with archive.workplace(to.resolve().parent) as folder, contents.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        snapshot = str((connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",))[0])
        manifest = _manifest(connection)
        dump = folder / archive.DUMP
        postgres_tools.dump(url, to=dump, snapshot=snapshot, leave_out=contents.LEFT_OUT)
        archive.write(to.resolve(), dump=dump, manifest=manifest)
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
