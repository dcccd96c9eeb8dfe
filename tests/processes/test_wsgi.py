"""The module that gunicorn loads before it forks: what its workers share is there by then."""

import os
import subprocess
import sys
from pathlib import Path

from marketplace.processes.run import ROOT

FORKED = """
import os, sys, wsgi
from marketplace.clinics import text_search
if os.fork() == 0:
    print(text_search._country_names.cache_info().currsize, text_search._language_names.cache_info().currsize)
    sys.stdout.flush()
    os._exit(0)
os.wait()
"""


def test_workers_share_the_names_that_searches_look_up(tmp_path: Path) -> None:
    settings = {"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    told = subprocess.run(
        [sys.executable, "-c", FORKED],
        env={**os.environ, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["1", "1"]
