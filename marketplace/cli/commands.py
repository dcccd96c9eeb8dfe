"""Registers the administrator's commands, all of them: one line each."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from flask import Flask
from flask.cli import with_appcontext

from marketplace.cli.people import accounts, clinics, operator
from marketplace.cli.running import bounces, content, prepare, run_server, run_worker, sample, timers
from marketplace.cli.security import audit, config, keys, list_access
from marketplace.cli.stored_data import backup, erase, restore_backup, retention
from marketplace.foundation.audit.log import acting_as
from marketplace.foundation.database.roles import DatabaseRole, use_role

P = ParamSpec("P")
T = TypeVar("T")
# The commands are made once a process, the app perhaps more often.
_by_administrator: set[click.Command] = set()
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
    if command.callback is not None and command not in _by_administrator:
        command.callback = with_appcontext(_acting(command.callback))
        _by_administrator.add(command)
    return command


def _acting(function: Callable[P, T]) -> Callable[P, T]:
    @wraps(function)
    def run_it(*args: P.args, **kwargs: P.kwargs) -> T:
        use_role(DatabaseRole.WORKER)
        with acting_as("keeper"):  # the administrator, as entries of the audit log have always said
            return function(*args, **kwargs)

    return run_it
