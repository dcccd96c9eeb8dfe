"""What a process counts for /metrics: requests, statements, waits for a connection, routing, jobs, the page cache.

Labels are names of our own code: rules of paths, tasks, status codes. Never a path, an id or what somebody typed.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

from marketplace.processes import metrics_files

PREFIX = "marketplace"
NO_RULE = "none"  # no page has this path
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

disable_created_metrics()
# Where the processes of this machine count together; None where this one counts for itself.
FOLDER = Path(os.environ[metrics_files.SETTING]) if os.environ.get(metrics_files.SETTING) else None
OWN = CollectorRegistry()

REQUESTS = Histogram(
    f"{PREFIX}_http_request_seconds", "Answers by rule and status", ["rule", "status"], registry=OWN, buckets=SECONDS
)
STATEMENTS = Counter(f"{PREFIX}_database_statements", "Statements by rule of the request", ["rule"], registry=OWN)
STATEMENT_SECONDS = Counter(
    f"{PREFIX}_database_statement_seconds", "Time in the database by rule of the request", ["rule"], registry=OWN
)
SLOW_STATEMENTS = Counter(
    f"{PREFIX}_database_slow_statements", "Statements above the threshold by rule", ["rule"], registry=OWN
)
POOL_WAITS = Histogram(
    f"{PREFIX}_database_pool_wait_seconds",
    "Waits for a connection where all were in use",
    registry=OWN,
    buckets=SECONDS,
)
ROUTING = Histogram(f"{PREFIX}_routing_seconds", "Finding the clinics for a request", registry=OWN, buckets=SECONDS)
JOBS = Histogram(
    f"{PREFIX}_job_seconds", "Jobs of the worker by task and end", ["task", "end"], registry=OWN, buckets=SECONDS
)
PAGE_CACHE = Counter(f"{PREFIX}_page_cache", "Looks into the cache of pages", ["found"], registry=OWN)


def count_after_fork() -> None:
    """Gives a forked process files of its own; without room for them it counts for itself, from nothing."""
    global FOLDER
    if FOLDER is None or metrics_files.reserve(os.environ):
        return
    FOLDER, values.ValueClass = None, values.MutexValue
    for counted in (REQUESTS, STATEMENTS, STATEMENT_SECONDS, SLOW_STATEMENTS, POOL_WAITS, ROUTING, JOBS, PAGE_CACHE):
        if counted._labelnames:
            counted.clear()
        else:
            counted._metric_init()


def observe_request(
    *, rule: str | None, status: int, seconds: float, statements: int = 0, in_database: float = 0.0
) -> None:
    """Counts an answer by the rule of its page and its status, and what it took of the database."""
    name = rule or NO_RULE
    REQUESTS.labels(name, str(status)).observe(seconds)
    if statements:
        STATEMENTS.labels(name).inc(statements)
        STATEMENT_SECONDS.labels(name).inc(in_database)


@contextmanager
def measured_job(task: str) -> Iterator[None]:
    """Measures what a job takes, and counts how it ended."""
    began, end = time.perf_counter(), "failed"
    try:
        yield
        end = "succeeded"
    finally:
        JOBS.labels(task, end).observe(time.perf_counter() - began)


@contextmanager
def _together() -> Iterator[CollectorRegistry]:
    if FOLDER is None:
        yield OWN
        return
    together = CollectorRegistry()
    with metrics_files.locked(FOLDER):
        MultiProcessCollector(together, str(FOLDER))
        yield together


def exposition() -> bytes:
    """Returns what the processes of this machine counted, in Prometheus's text format."""
    with _together() as registry:
        return generate_latest(registry)
