"""Is the process up, and can it work."""

from flask import Response

from marketplace.foundation.database.readiness import ready
from marketplace.web.public.blueprint import blueprint


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Each part by name; 503 where one cannot work, from the handler of lost databases where that one is away."""
    parts = ready()
    answer = Response("".join(f"{name} {state}\n" for name, state in parts.items()), mimetype="text/plain")
    if set(parts.values()) != {"ok"}:
        answer.status_code, answer.headers["Retry-After"] = 503, "60"
    return answer
