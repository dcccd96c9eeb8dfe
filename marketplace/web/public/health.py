"""Is the process up, and can it work."""

from flask import Response

from marketplace.foundation.readiness import ready
from marketplace.web.public.door import door


@door.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@door.get("/readyz")
def readyz() -> Response:
    """The database answers and holds the queue; else 503 from the handler of lost databases."""
    ready()
    return Response("ready\n", mimetype="text/plain")
