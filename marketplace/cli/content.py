"""Content: treatments, prices and guides from the content files."""

import click
from flask.cli import AppGroup

from marketplace.catalogue import content_loader
from marketplace.extensions import db
from marketplace.foundation.audit.log import CommandRun, record

content = AppGroup("content", help="Treatments, prices and guides from the content files.")


@content.command("load")
def load_content() -> None:
    """Adds what is missing, updates what nobody edited since."""
    report = content_loader.load()
    record(CommandRun(reason="content load"))
    db.session.commit()
    click.echo(f"Content: {report.added} added, {report.updated} updated, {len(report.left)} left as edited")
    for name in report.left:
        click.echo(f"  left: {name}")
