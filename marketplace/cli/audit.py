"""The audit log: proving that nobody rewrote it."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from marketplace.foundation.audit import check

audit = AppGroup("audit", help="The audit log.")


@audit.command("verify")
@click.option(
    "--anchor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A log file of the site: each seal it says must be in the database.",
)
def verify(anchor: Path | None) -> None:
    """Exit 0 and a summary; exit 1 and the first entry or seal that was changed, removed or put in."""
    anchors = _read(anchor) if anchor else {}
    try:
        proof = check.verify(anchors=anchors, sample_may_be_older=not current_app.config["PRODUCTION"])
    except check.Broken as problem:
        raise click.ClickException(f"The audit log is broken: {problem}") from problem
    click.echo(str(proof))
    if anchor:
        click.echo(f"{len(anchors)} seals agree with {anchor.name}, up to number {max(anchors)}")


def _read(path: Path) -> dict[int, str]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        anchors = check.anchors_in(lines)
    if not anchors:
        raise click.ClickException(f"{path.name} says of no seal")
    return anchors
