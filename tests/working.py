"""A worker inside a test's process."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from flask import Flask

from marketplace import worker


def work_off(app: Flask) -> None:
    """Runs until nothing is due; in a thread, because a browser test of this process may keep a loop in its own."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(copy_context().run, worker.run, app, wait=False).result()
