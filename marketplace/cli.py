"""The keeper's commands."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from marketplace.accounts.operators import create_operator
from marketplace.catalogue import content_loader
from marketplace.clinics.importing import ImportRefused, import_csv
from marketplace.extensions import db
from marketplace.foundation.timeline import acting_as
from marketplace.processes.serve import serve
from marketplace.sample import loader as sample_loader
from marketplace.worker import run as work
from marketplace.worker import run_timers

content = AppGroup("content", help="Treatments, prices and guides from the content files.")
sample = AppGroup("sample", help="The sample marketplace.")
clinics = AppGroup("clinics", help="Clinics.")
operator = AppGroup("operator", help="Operators.")
timers = AppGroup("timers", help="Timers.")


@content.command("load")
def load_content() -> None:
    """Adds what is missing, updates what nobody edited since."""
    report = content_loader.load()
    db.session.commit()
    click.echo(f"Content: {report.added} added, {report.updated} updated, {len(report.left)} left as edited")
    for name in report.left:
        click.echo(f"  left: {name}")


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
        report = sample_loader.load(sample_password())
    except sample_loader.SampleRefused as refusal:
        if if_empty:
            return
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(f"Sample: {report}")


def prepare() -> None:
    """Migrations, content, and into an empty database the sample: what `make run` needs before it serves."""
    upgrade()
    with current_app.app_context():
        report = content_loader.load()
        db.session.commit()
        if not sample_loader.has_clinics():
            sample_loader.load(sample_password())
            db.session.commit()
        if report.left:
            click.echo("Left as edited: " + ", ".join(report.left))


@clinics.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_clinics(file: Path) -> None:
    """Clinics with procedures and prices as drafts: all or nothing, each bad line by number."""
    try:
        report = import_csv(file.read_bytes())
    except ImportRefused as refusal:
        for line in refusal.lines:
            click.echo(str(line), err=True)
        raise click.ClickException("Nothing was imported") from refusal
    db.session.commit()
    click.echo(str(report))


@operator.command("create")
@click.argument("email")
def make_operator(email: str) -> None:
    """Prints a one-time link to set a password and sign in."""
    link = create_operator(email)
    db.session.commit()
    click.echo(link)


@timers.command("run")
@click.option("--now", required=True, help="ISO moment, UTC unless it says otherwise.")
def run_timers_at(now: str) -> None:
    """Runs what is due at that moment (development)."""
    if current_app.config["PRODUCTION"]:
        raise click.ClickException("Only in development")
    moment = datetime.fromisoformat(now)
    for name, moved in run_timers(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).items():
        click.echo(f"{moved:5} {name}")


def run_worker() -> None:
    """Mail, routing, timers, retention."""
    work(current_app._get_current_object())  # type: ignore[attr-defined]


def run_server() -> None:
    """Gunicorn and worker under the supervisor, for a server."""
    raise SystemExit(serve())


def install(app: Flask) -> None:
    """Binds all of them."""
    for group in (content, sample, clinics, operator, timers):
        app.cli.add_command(group)
    for name, function in {"prepare": prepare, "worker": run_worker, "serve": run_server}.items():
        app.cli.command(name, help=function.__doc__)(_as_keeper(function))


def _as_keeper(function: Callable[[], None]) -> Callable[[], None]:
    def run_it() -> None:
        with acting_as("keeper"):
            function()

    return run_it
