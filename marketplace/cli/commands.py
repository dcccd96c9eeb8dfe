"""Registers the administrator's commands, all of them: one line each."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

from marketplace.cli.backups import backup, restore_backup
from marketplace.cli.bounces import bounces
from marketplace.cli.content import content, sample
from marketplace.cli.people import accounts, clinics, operator
from marketplace.cli.retention import erase, retention
from marketplace.cli.running import prepare, run_server, run_worker, timers
from marketplace.cli.security import audit, config, keys, list_access
from marketplace.foundation.audit.log import acting_as
from marketplace.foundation.database.roles import DatabaseRole, use_role

GROUPS: tuple[click.Group, ...] = (
    accounts,
    audit,
    bounces,
    clinics,
    config,
    content,
    keys,
    operator,
    retention,
    sample,
    timers,
)
COMMANDS: tuple[click.Command, ...] = (backup, erase, list_access, prepare, restore_backup, run_server, run_worker)


def install(app: Flask) -> None:
    """Registers all of them; what they record was done by the administrator."""
    for group in GROUPS:
        for command in group.commands.values():
            _as_administrator(command)
        app.cli.add_command(group)
    for command in COMMANDS:
        app.cli.add_command(_as_administrator(command))


def _as_administrator(command: click.Command) -> click.Command:
    function: Callable[..., Any] = command.callback  # type: ignore[assignment]
    if hasattr(function, "by_administrator"):
        return command

    @with_appcontext
    @wraps(function)
    def run_it(*args: Any, **kwargs: Any) -> Any:
        use_role(DatabaseRole.WORKER)
        with acting_as("keeper"):  # the administrator, as entries of the audit log have always said
            return function(*args, **kwargs)

    run_it.by_administrator = True  # type: ignore[attr-defined]
    command.callback = run_it
    return command
