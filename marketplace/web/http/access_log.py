"""One line for every answer: which rule, never which path, for paths hold tokens."""

import logging
import time

from flask import Flask, Response, g, request

from marketplace.foundation.audit.log import current_actor
from marketplace.processes import logs

log = logging.getLogger(__name__)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def tell(response: Response) -> Response:
    """Who is an id or a kind; a path that is no rule of ours is not repeated."""
    rule = request.url_rule
    fields = {
        "method": request.method if request.method in METHODS else "other",
        "endpoint": rule.endpoint if rule else None,
        "rule": rule.rule if rule else None,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
        "actor": current_actor(),
    }
    log.info("answered", extra={"fields": fields})
    return response


def forget(_error: BaseException | None) -> None:
    """Clears the request id. Threads are used again: the next line may belong to nobody."""
    logs.request_id.set("")


def install(app: Flask) -> None:
    """Binds the log to the app: first, so that it runs last."""
    app.after_request(tell)
    app.teardown_request(forget)
