"""Backup and restore."""

from datetime import timedelta
from pathlib import Path
from typing import TextIO

import click
import psycopg

from marketplace.backups.archive import InvalidArchive, Manifest
from marketplace.backups.create import create_backup
from marketplace.backups.restore import RestoreRefused, restore
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.processes.postgres_tools import ToolFailed
from marketplace.retention.erasure import InvalidList, read_list

BACKUP_RETENTION = timedelta(days=30)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=_FILE)
def backup(file: Path) -> None:
    """Everything into FILE, for its owner's eyes only; the keys are not in it."""
    try:
        manifest = create_backup(file)
    except (ToolFailed, psycopg.Error, OSError) as error:
        raise click.ClickException(f"No backup was made: {_message_of(error)}") from error
    db.session.commit()
    _show(manifest)
    click.echo(f"Backed up to {file}. It must be gone by {(manifest.made_at + BACKUP_RETENTION).date().isoformat()}.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Drop what the database holds.")
@click.option("--erasures", type=click.File(encoding="utf-8"), help="Erase what this list names (erase --list).")
def restore_backup(file: Path, replace: bool, erasures: TextIO | None) -> None:
    """Everything from FILE, compared row by row; what was erased since is erased again."""
    try:
        report = restore(file, replace=replace, erasures=read_list(erasures.read()) if erasures else [])
    except (RestoreRefused, InvalidArchive, InvalidList, ToolFailed, psycopg.Error) as error:
        raise click.ClickException(_message_of(error)) from error
    _show(report.manifest)
    click.echo(f"Restored as of {report.manifest.made_at.isoformat(timespec='seconds')}. Restart the site.")
    click.echo(f"Erased again: {report.erased} requests")
    if clock.now() - report.manifest.made_at > BACKUP_RETENTION:
        click.echo("This backup is older than 30 days: delete it, people were told that it is gone.")
    if report.unreadable:
        raise click.ClickException("FIELD_KEYS does not open: " + ", ".join(report.unreadable))


def _message_of(error: Exception) -> str:
    """A database's refusal without its detail, which quotes rows."""
    primary = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return primary or str(error)


def _show(manifest: Manifest) -> None:
    for name, found in manifest.tables.items():
        click.echo(f"{found.rows:9} {found.hash:>22} {name}")
    click.echo(f"{manifest.rows:9} rows, migration {manifest.schema_head}, site {manifest.site}")
