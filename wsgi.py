"""The app object for gunicorn and the flask command."""

import os
import sys

from marketplace.processes import metrics_files
from marketplace.processes.config_check import print_report
from marketplace.processes.development import remembered

# A command given beside a running `make run` works on the same database.
os.environ.update(remembered(os.environ))

# The check must be able to name what keeps the app from starting.
if sys.argv[-2:] == ["config", "check"]:
    raise SystemExit(print_report(os.environ))

# Before anything is counted.
metrics_files.reserve(os.environ)

from marketplace.app import create_app
from marketplace.clinics.text_search import learn_names
from marketplace.foundation.metrics import count_after_fork

app = create_app()
# gunicorn's workers are forked after this: what the first search would make in each of them they share.
os.register_at_fork(before=learn_names, after_in_child=count_after_fork)
