"""What is kept how long, and erasing by hand."""

from datetime import datetime
from typing import TextIO

import click
from flask.cli import AppGroup

from marketplace.cli.running import Moment
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import NotFound
from marketplace.quote_requests.queries import by_ref
from marketplace.retention import erasure
from marketplace.retention.erasure import InvalidList, list_lines, read_list
from marketplace.retention.rules import erase_pending, run_rules

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
