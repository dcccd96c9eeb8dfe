"""One line and one measurement for every answer: which rule, never which path, for paths hold tokens."""

import logging
import time

from flask import Flask, Response, current_app, g, request

from marketplace.foundation import metrics
from marketplace.foundation.audit.log import current_actor
from marketplace.foundation.database import statements
from marketplace.processes import logs

log = logging.getLogger(__name__)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def tell(response: Response) -> Response:
    """Who is an id or a kind; a path that is no rule of ours is not repeated."""
    rule = request.url_rule
    seconds = time.perf_counter() - g.began if "began" in g else 0.0
    fields = {
        "method": request.method if request.method in METHODS else "other",
        "endpoint": rule.endpoint if rule else None,
        "rule": rule.rule if rule else None,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "actor": current_actor(),
    }
    log.info("answered", extra={"fields": fields})
    spent = statements.time_spent()
    metrics.observe_request(
        rule=statements.rule_here(),
        status=response.status_code,
        seconds=seconds,
        statements=spent.statements,
        in_database=spent.seconds,
    )
    if not current_app.config["PRODUCTION"]:
        response.headers["Server-Timing"] = server_timing(seconds, spent)
    return response


def server_timing(seconds: float, spent: statements.TimeSpent) -> str:
    """Returns what the answer took, as a browser's tools for developers show it."""
    database = f'db;dur={spent.seconds * 1000:.1f};desc="{spent.statements} statements"'
    return f"{database}, total;dur={seconds * 1000:.1f}"


def tell_kept(
    *, method: str, endpoint: str | None, rule: str | None, status: int, began: float, request_id: str
) -> None:
    """Writes the line of an answer from the cache of pages and measures it; `began` by time.perf_counter()."""
    seconds = time.perf_counter() - began
    fields = {
        "method": method,
        "endpoint": endpoint,
        "rule": rule,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "actor": "anonymous",
        "kept": True,
    }
    logs.request_id.set(request_id)
    log.info("answered", extra={"fields": fields})
    logs.request_id.set("")
    metrics.observe_request(rule=rule, status=status, seconds=seconds)


def forget(_error: BaseException | None) -> None:
    """Clears the request id. Threads are used again: the next line may belong to nobody."""
    logs.request_id.set("")


def install(app: Flask) -> None:
    """Binds the log to the app: first, so that it runs last."""
    app.after_request(tell)
    app.teardown_request(forget)
