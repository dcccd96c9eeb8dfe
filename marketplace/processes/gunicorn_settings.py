"""gunicorn's settings. GUNICORN_CMD_ARGS overrides each of them, for example `--bind 0.0.0.0:8000`."""

import gc
import os

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from marketplace.processes import even_worker, last_commit, logs, metrics_files

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "marketplace.processes.even_worker.EvenWorker"
threads = 4
keepalive = 5
timeout = 30
graceful_timeout = 10
# No reuse_port: with a listener in each worker a reload (HUP) resets what waits in the old one's queue.
# The heartbeat file of a worker must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
control_socket_disable = True
# Who may say how a request came in is PROXY_HOPS's matter: gunicorn itself believes no header, of this machine neither.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
# The app writes its own log, one JSON object a line.
accesslog = None
loglevel = "warning"
logger_class = "marketplace.processes.gunicorn_log.CallerLogger"
logconfig_dict = logs.configuration("web")
logs.install("web")

# The workers inherit the folder in which they count. One that a supervisor named is its own to delete.
_is_named = metrics_files.SETTING in os.environ
metrics_files.share(os.environ)


def on_exit(_arbiter: Arbiter) -> None:
    """Leaves no folder behind."""
    if not _is_named:
        metrics_files.remove(os.environ)


def child_exit(_arbiter: Arbiter, worker: Worker) -> None:
    """Keeps what the worker counted, and leaves its slot to another."""
    metrics_files.share(os.environ)
    even_worker.free_slot(worker)


pre_fork = even_worker.take_slot


# Memory made here, in the master, is shared by the workers, and so is the app. A reload (HUP) starts new workers of the
# same code and settings.
last_commit.note()
preload_app = True


def when_ready(_arbiter: Arbiter) -> None:
    """Takes what stands before the fork from the collector, which would write into each object and so copy it."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Worker) -> None:
    """Lets the worker listen for changes of public pages: after the fork, as no thread outlives one."""
    cache = worker.wsgi.extensions.get("page_cache")
    if cache is not None:
        cache.watch.start()
