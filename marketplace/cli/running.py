"""Commands that prepare, load content, serve and work, take mailed reports, and run timers at a given moment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade
from werkzeug.local import LocalProxy

from marketplace.catalogue import content_loader
from marketplace.extensions import db
from marketplace.foundation.audit.log import CommandRun, record
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.foundation.problems import NotFound
from marketplace.mail import delivery_reports
from marketplace.mail.delivery_reports import apply_report
from marketplace.processes import logs
from marketplace.processes.development import sample_password_file
from marketplace.processes.run import serve
from marketplace.sample import loader
from marketplace.worker import run as work
from marketplace.worker import run_timers


class Moment(click.ParamType[datetime]):
    """ISO 8601, UTC unless it says otherwise; in development only."""

    name = "iso moment"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Fails with one line for what is no moment, and in production."""
        if isinstance(value, datetime):
            return value
        if current_app.config["PRODUCTION"]:
            self.fail("only in development", param, ctx)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment such as 2027-03-01T09:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


timers = AppGroup("timers", help="Timers.")


@click.command("prepare")
def prepare() -> None:
    """Migrations, content, and into an empty database the sample: what `make run` needs before it serves."""
    upgrade()
    with current_app.app_context():
        use_role(DatabaseRole.WORKER)
        report = content_loader.load()
        db.session.commit()
        if not loader.has_clinics():
            load_and_record()
            db.session.commit()
        if report.left:
            click.echo("Left as edited: " + ", ".join(report.left))


@timers.command("run")
@click.option("--now", required=True, type=Moment(), help="Take this moment for now (development).")
def run_timers_at(now: datetime) -> None:
    """Runs what is due at that moment (development)."""
    for name, moved in run_timers(now).items():
        click.echo(f"{moved:5} {name}")


@click.command("worker")
def run_worker() -> None:
    """Mail, routing, timers, retention."""
    logs.install("worker")
    work(cast(LocalProxy[Flask], current_app)._get_current_object())


@click.command("serve")
@click.option("--dev", is_flag=True, help="Whatever the settings are; not in production.")
def run_server(dev: bool) -> None:
    """Gunicorn and worker under the supervisor, for a server; checks the settings first."""
    if dev and current_app.config["PRODUCTION"]:
        raise click.ClickException("--dev: only in development")
    raise SystemExit(serve(dev=dev))


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
