"""Worker and gunicorn under the supervisor, for a server that brings its own PostgreSQL and mail."""

import os
import sys

from marketplace.processes import children, logs
from marketplace.processes.config_check import say
from marketplace.processes.problems import CannotStart
from marketplace.processes.run import start_site
from marketplace.processes.supervisor import Supervisor


def serve(*, dev: bool = False) -> int:
    """Serve until somebody stops it; the exit code. Migrations are the keeper's own step.

    Not before the settings are safe, unless `dev` says that it does not matter here.
    """
    logs.install("supervisor")
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
