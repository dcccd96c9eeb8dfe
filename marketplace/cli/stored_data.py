"""Commands on what is stored: backup, restore, what is kept how long, and erasing by hand."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import click
import psycopg
from flask.cli import AppGroup

from marketplace.backups.archive import InvalidArchive, Manifest, create_backup
from marketplace.backups.restore import RestoreRefused, restore
from marketplace.cli.running import Moment
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import NotFound
from marketplace.processes.postgres_tools import ToolFailed
from marketplace.quote_requests.queries import by_ref
from marketplace.retention import erasure
from marketplace.retention.erasure import InvalidList, list_lines, read_list
from marketplace.retention.rules import erase_pending, run_rules

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


retention = AppGroup("retention", help="What is kept how long.")


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Count only.")
@click.option("--now", type=Moment(), help="Take this moment for now (development).")
def run_retention(dry_run: bool, now: datetime | None) -> None:
    """Ends what is past its time, and prints a count for each rule."""
    moment = now or clock.now()
    with clock.set_to(moment):
        for rule, count in run_rules(moment, dry_run=dry_run):
            click.echo(f"{count:6} {rule.name}")
    click.echo("Nothing was changed" if dry_run else "Done")


@click.command("erase")
@click.argument("ref", required=False)
@click.option("--list", "show", is_flag=True, help="Print what was erased: keep it beside your backups.")
@click.option("--again", type=click.File(encoding="utf-8"), help="Erase what such a list names.")
def erase(ref: str | None, show: bool, again: TextIO | None) -> None:
    """Erases one request now, or works with the list of what was erased."""
    if sum((ref is not None, show, again is not None)) != 1:
        raise click.UsageError("Give REF, --list or --again FILE")
    if show:
        for line in list_lines(erasure.listed()):
            click.echo(line)
    elif again is not None:
        _erase_again(again.read())
    else:
        _erase_one(str(ref))


def _erase_one(ref: str) -> None:
    try:
        request = by_ref(ref)
    except NotFound as error:
        raise click.ClickException(f"There is no request {ref}") from error
    erasure.erase_now(request)
    db.session.commit()
    click.echo(f"Erased: {ref} ({request.id})")


def _erase_again(text: str) -> None:
    try:
        erasures = read_list(text)
    except InvalidList as error:
        raise click.ClickException(str(error)) from error
    erasure.take_over(erasures)
    db.session.commit()
    click.echo(f"Erased again: {erase_pending()} requests")
