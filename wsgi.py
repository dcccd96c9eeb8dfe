"""The app object for gunicorn and the flask command."""

import os

from marketplace.processes.development import remembered

# A command given beside a running `make run` works on the same database.
os.environ.update(remembered(os.environ))

from marketplace.app import create_app

app = create_app()
