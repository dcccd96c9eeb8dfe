"""Who is on the marketplace: clinics by import, operators by name, and who left."""

from pathlib import Path

import click
from flask.cli import AppGroup

from marketplace.accounts.actions import create_operator, deactivate, end_all, reactivate
from marketplace.accounts.models import Account, account_with_address, all_accounts
from marketplace.clinics.importing import ImportRefused, import_csv
from marketplace.extensions import db
from marketplace.foundation.audit.log import CommandRun, record
from marketplace.foundation.problems import Refused
from marketplace.foundation.security.input_safety import trimmed

accounts = AppGroup("accounts", help="Accounts of clinic members and operators.")
clinics = AppGroup("clinics", help="Clinics.")
operator = AppGroup("operator", help="Operators.")


@accounts.command("deactivate")
@click.argument("email")
def deactivate_account(email: str) -> None:
    """Locks the account of someone who left; they are out in every browser at once."""
    account = _account_named(email)
    ended = deactivate(account)
    db.session.commit()
    click.echo(f"Deactivated: {account.email}; sessions ended: {ended}")


@accounts.command("reactivate")
@click.argument("email")
def reactivate_account(email: str) -> None:
    """Lets someone in again who was deactivated; they sign in with the password they had."""
    account = _account_named(email)
    if account.active:
        raise click.ClickException(f"{account.email} is active already")
    reactivate(account)
    db.session.commit()
    click.echo(f"Reactivated: {account.email}")


@accounts.command("sign-out")
@click.argument("email", required=False)
@click.option("--all", "everybody", is_flag=True, help="All accounts, for example after a leak.")
def sign_out(email: str | None, everybody: bool) -> None:
    """Ends the sessions of one account, or of all; who may sign in does so again."""
    if everybody == bool(email):
        raise click.UsageError("Give EMAIL or --all")
    ended = sum(
        end_all(account.id, reason="keeper") for account in (all_accounts() if everybody else [_account_named(email)])
    )
    db.session.commit()
    click.echo(f"Sessions ended: {ended}")


def _account_named(email: str | None) -> Account:
    account = account_with_address(trimmed(email or ""))
    if account is None:
        raise click.ClickException(f"There is no account {email}")
    return account


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
    record(CommandRun(reason="clinics import"))
    db.session.commit()
    click.echo(str(report))


@operator.command("create")
@click.argument("email")
def make_operator(email: str) -> None:
    """Prints a one-time link to set a password and sign in."""
    try:
        link = create_operator(email)
    except Refused as refusal:
        raise click.ClickException(f"{email}: {refusal.message}") from refusal
    db.session.commit()
    click.echo(link)
