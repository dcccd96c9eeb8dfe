"""Bounces and complaints that came by mail."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from marketplace.extensions import db
from marketplace.foundation.problems import NotFound
from marketplace.mail import delivery_reports
from marketplace.mail.delivery_reports import apply_report

bounces = AppGroup("bounces", help="Bounces and complaints that came by mail.")


@bounces.command("read")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def read_reports(paths: tuple[Path, ...]) -> None:
    """Delivery reports (RFC 3464) and feedback reports (RFC 5965), a message a file; reading one again does nothing."""
    of_ours = 0
    files = sorted(_files(paths))
    for file in files:
        with file.open("rb") as opened:
            report = delivery_reports.read(opened.read(delivery_reports.MAX_BYTES + 1))
        of_ours += report is not None and _applied(report)
    click.echo(f"{len(files)} read, {of_ours} about our mail")


def _applied(report: delivery_reports.Report) -> bool:
    try:
        apply_report(report)
    except NotFound:
        db.session.rollback()
        return False
    db.session.commit()
    return True


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        yield from (child for child in path.rglob("*") if child.is_file()) if path.is_dir() else [path]
