"""The master keys of what is sealed: which of them are needed, and bringing in a new one."""

import click
from flask.cli import AppGroup

from marketplace.extensions import db
from marketplace.foundation.audit.log import KeysRotated, record
from marketplace.foundation.security import rotation
from marketplace.foundation.security.sealed import keyring

keys = AppGroup("keys", help="The master keys of what is sealed.")
PLACES = {
    "newest": "the newest of FIELD_KEYS",
    "older": "older, in FIELD_KEYS",
    "unnamed": "wrapped before keys were named",
    "missing": "not in FIELD_KEYS: cannot be opened",
}


@keys.command("status")
def status() -> None:
    """How many data keys each master key wraps, by table."""
    _show(rotation.usage())


@keys.command("rotate")
def rotate() -> None:
    """Wraps every data key anew with the newest of FIELD_KEYS, in small batches while the site works."""
    rewrapped = 0
    for rows in rotation.rewrap_batches():
        rewrapped += rows
        db.session.commit()
    record(KeysRotated(reason=keyring.ids[0].hex()))
    db.session.commit()
    click.echo(f"{rewrapped} data keys wrapped anew")
    _show(rotation.usage())


def _show(uses: list[rotation.Use]) -> None:
    for use in uses:
        tables = ", ".join(f"{rows} {table}" for table, rows in sorted(use.rows.items())) or "none"
        click.echo(f"{use.key:8}  {PLACES[use.place]}: {tables}")
    click.echo(f"{rotation.old(uses)} old")
