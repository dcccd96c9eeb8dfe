"""What is missing or unsafe for a server."""

import os

from flask.cli import AppGroup

from marketplace.processes.config_check import print_report

config = AppGroup("config", help="The settings.")


@config.command("check")
def check_config() -> None:
    """Names every unsafe setting; exit code 1 if there is one."""
    raise SystemExit(print_report(os.environ))
