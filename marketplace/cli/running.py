"""Commands that prepare, serve and work, and run timers by hand at a given moment."""

from datetime import UTC, datetime
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade
from werkzeug.local import LocalProxy

from marketplace.catalogue import content_loader
from marketplace.cli.content import load_and_record
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.processes import logs
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
