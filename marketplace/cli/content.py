"""Commands that load content from its files, and the sample marketplace."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from marketplace.catalogue import content_loader
from marketplace.extensions import db
from marketplace.foundation.audit.log import CommandRun, record
from marketplace.processes.development import sample_password_file
from marketplace.sample import loader

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


sample = AppGroup("sample", help="The sample marketplace.")


def load_and_record() -> loader.SampleReport:
    """Not committed yet. Raises SampleRefused where there are clinics."""
    report = loader.load(_kept_in().read_text("utf-8").strip())
    record(CommandRun(reason="sample load"))
    return report


@sample.command("load")
def load_sample() -> None:
    """Refuses a database that has clinics."""
    try:
        report = load_and_record()
    except loader.SampleRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(f"Sample: {report}")
    click.echo(f"The password of every sample account is in {_kept_in()}")


def _kept_in() -> Path:
    """The file with the password, for its owner's eyes only."""
    return sample_password_file(Path(str(current_app.config["DATA_DIR"])).resolve())
