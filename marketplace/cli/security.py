"""Commands about security: access rules, settings, the audit log and the master keys."""

import json
import os
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from marketplace.extensions import db
from marketplace.foundation.audit import check
from marketplace.foundation.audit.log import KeysRotated, record
from marketplace.foundation.security import rotation
from marketplace.foundation.security.sealed import keyring
from marketplace.processes.config_check import print_report
from marketplace.web.access import rules


@click.command("access")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_access(as_json: bool) -> None:
    """Every endpoint: path, methods, policy, and whether a POST needs a CSRF token."""
    rows = rules(current_app)
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    for row in rows:
        methods = ",".join(row["methods"])
        click.echo(f"{row['policy']:<22}{methods:<10}{'token' if row['csrf'] else '':<7}{row['rule']}")


config = AppGroup("config", help="The settings.")


@config.command("check")
def check_config() -> None:
    """Names every unsafe setting; exit code 1 if there is one."""
    raise SystemExit(print_report(os.environ))


audit = AppGroup("audit", help="The audit log.")


@audit.command("verify")
@click.option(
    "--anchor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A log file of the site: each seal it says must be in the database.",
)
def verify_audit_log(anchor: Path | None) -> None:
    """Exit 0 and a summary; exit 1 and the first entry or seal that was changed, removed or put in."""
    anchors = _read_anchors(anchor) if anchor else {}
    try:
        proof = check.verify(anchors=anchors, sample_may_be_older=not current_app.config["PRODUCTION"])
    except check.Broken as problem:
        raise click.ClickException(f"The audit log is broken: {problem}") from problem
    click.echo(str(proof))
    if anchor:
        click.echo(f"{len(anchors)} seals agree with {anchor.name}, up to number {max(anchors)}")


def _read_anchors(path: Path) -> dict[int, str]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        anchors = check.anchors_in(lines)
    if not anchors:
        raise click.ClickException(f"{path.name} says of no seal")
    return anchors


keys = AppGroup("keys", help="The master keys of what is sealed.")
PLACES = {
    "newest": "the newest of FIELD_KEYS",
    "older": "older, in FIELD_KEYS",
    "unnamed": "wrapped before keys were named",
    "missing": "not in FIELD_KEYS: cannot be opened",
}


@keys.command("status")
def show_key_status() -> None:
    """How many data keys each master key wraps, by table."""
    _show_key_uses(rotation.usage())


@keys.command("rotate")
def rotate_keys() -> None:
    """Wraps every data key anew with the newest of FIELD_KEYS, in small batches while the site works."""
    rewrapped = 0
    for rows in rotation.rewrap_batches():
        rewrapped += rows
        db.session.commit()
    record(KeysRotated(reason=keyring.ids[0].hex()))
    db.session.commit()
    click.echo(f"{rewrapped} data keys wrapped anew")
    _show_key_uses(rotation.usage())


def _show_key_uses(uses: list[rotation.Use]) -> None:
    for use in uses:
        tables = ", ".join(f"{rows} {table}" for table, rows in sorted(use.rows.items())) or "none"
        click.echo(f"{use.key:8}  {PLACES[use.place]}: {tables}")
    click.echo(f"{rotation.count_old(uses)} old")
