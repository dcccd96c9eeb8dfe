"""The sample marketplace."""

import secrets
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from marketplace.extensions import db
from marketplace.foundation.events import CommandRun
from marketplace.foundation.timeline import record
from marketplace.sample import loader

sample = AppGroup("sample", help="The sample marketplace.")


def sample_password() -> str:
    """The one `make run` made, else a new one that is printed."""
    path = Path(str(current_app.config["DATA_DIR"])) / "sample-password"
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(secrets.token_urlsafe(12), encoding="utf-8")
    path.chmod(0o600)
    return path.read_text(encoding="utf-8")


@sample.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are clinics already.")
def load_sample(if_empty: bool) -> None:
    """Refuses a database that has clinics."""
    try:
        report = loader.load(sample_password())
    except loader.SampleRefused as refusal:
        if if_empty:
            return
        raise click.ClickException(str(refusal)) from refusal
    record(CommandRun(reason="sample load"))
    db.session.commit()
    click.echo(f"Sample: {report}")
