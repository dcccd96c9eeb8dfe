"""Who may do what, as the running code has it."""

import json

import click
from flask import current_app

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
        methods = ",".join(map(str, row["methods"]))  # type: ignore[call-overload]
        click.echo(f"{row['policy']:<22}{methods:<10}{'token' if row['csrf'] else '':<7}{row['rule']}")
