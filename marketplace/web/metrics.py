"""Whether the site can work, and figures for Prometheus: of the database, and of what this machine's processes counted.

Every process gives the same answer.
"""

import hmac
import ipaddress
import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import InterfaceError, OperationalError

from marketplace.extensions import db
from marketplace.foundation import metrics
from marketplace.foundation.database import queue
from marketplace.foundation.database.roles import as_system
from marketplace.leads import operator_queries as leads
from marketplace.mail import operator_queries as mail
from marketplace.quote_requests import queries as quote_requests

blueprint = Blueprint("metrics", __name__)
PROXIES_SAY = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")
LATE_AFTER = timedelta(minutes=5)
MIN_FREE = 0.05  # of the disk below DATA_DIR


def ready() -> dict[str, str]:
    """The state of each part: `ok`, or what is wrong with it. Raises what the database raises when it is away."""
    late = queue.queue_age() > LATE_AFTER
    return {"database": "ok", "queue": "late" if late else "ok", "disk": "ok" if _disk_has_room() else "full"}


def _disk_has_room() -> bool:
    folder = Path(str(current_app.config["DATA_DIR"])).resolve()
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return usage.free > usage.total * MIN_FREE


class Figures(Collector):
    """The metrics of the database: counts by state, without ids or names."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yields a metric family for each figure; where the database is away, only that it is."""
        try:
            with as_system():
                found = list(_figures())
        except (OperationalError, InterfaceError):
            db.session.rollback()
            found = []
        yield GaugeMetricFamily("marketplace_database_up", "Whether the database answers", 1 if found else 0)
        yield from found


def _figures() -> Iterator[GaugeMetricFamily]:
    yield _by_state("requests", "Quote requests by state", quote_requests.state_counts())
    yield _by_state("leads", "Leads by state", leads.state_counts())
    yield _by_state("emails", "Emails in the outbox by state", mail.state_counts())
    jobs = GaugeMetricFamily("marketplace_jobs", "Jobs by queue and status", labels=["queue", "status"])
    for labels, count in queue.job_counts().items():
        jobs.add_metric(labels, count)
    yield jobs
    connections = queue.connection_count()
    yield GaugeMetricFamily("marketplace_database_connections", "Connections of the app's login", connections)
    oldest = queue.queue_age().total_seconds()
    yield GaugeMetricFamily("marketplace_oldest_due_job_seconds", "Since when the oldest due job waits", oldest)


def _by_state(name: str, what: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"marketplace_{name}", what, labels=["state"])
    for state, count in sorted(counts.items()):
        family.add_metric([str(state)], count)
    return family


@blueprint.get("/metrics")
def show() -> Response:
    """Returns the metrics to this machine or to the holder of the token; aborts with 404 for anybody else."""
    if not (_has_token() or _is_neighbour()):
        abort(404)
    of_database = CollectorRegistry()
    of_database.register(Figures())
    told = generate_latest(of_database) + metrics.exposition()
    return Response(told, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _has_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    given = request.authorization
    if not token or given is None or given.type != "bearer":
        return False
    return hmac.compare_digest((given.token or "").encode(), str(token).encode())


def _is_neighbour() -> bool:
    """Returns whether the client is this machine. Behind a proxy everybody would be, so it is False there."""
    if current_app.config["PROXY_HOPS"] or any(name in request.headers for name in PROXIES_SAY):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
