"""Worker and gunicorn under the supervisor, for a server that brings its own PostgreSQL and mail."""

import json
import logging
import os
import sys
from datetime import UTC, datetime

from marketplace.processes import children
from marketplace.processes.config_check import say
from marketplace.processes.problems import CannotStart
from marketplace.processes.run import start_site
from marketplace.processes.supervisor import Supervisor


class _OneObjectALine(logging.Formatter):
    """The same form of log as the site's own."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": time, "level": record.levelname.lower(), "message": record.getMessage()})


def serve(*, dev: bool = False) -> int:
    """Serve until somebody stops it; the exit code. Migrations are the keeper's own step.

    Not before the settings are safe, unless `dev` says that it does not matter here.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_OneObjectALine())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    try:
        with Supervisor() as supervisor:
            environ = dict(os.environ)
            if not dev and say(environ):
                raise CannotStart("serve starts with safe settings only. For a trial on your own machine: serve --dev")
            if not environ.get("DATABASE_URL"):
                raise CannotStart("DATABASE_URL is missing: serve starts no PostgreSQL of its own.")
            port = children.chosen_port(environ)
            start_site(supervisor, environ | {"PYTHONUNBUFFERED": "1"}, port)
            print(f"Ready: http://127.0.0.1:{port}", flush=True)
            supervisor.watch()
    except CannotStart as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    return 0
