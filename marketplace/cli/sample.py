"""The sample marketplace."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from marketplace.extensions import db
from marketplace.foundation.audit.log import CommandRun, record
from marketplace.processes.development import sample_password_file
from marketplace.sample import loader

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
