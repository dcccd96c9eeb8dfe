"""The headers of every answer, in one place."""

import re
import time
from uuid import uuid4

from flask import Flask, Response, current_app, g, request

from marketplace.accounts import sessions
from marketplace.foundation.audit.log import set_actor
from marketplace.processes import logs

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HOLD_LINKS = ("/account", "/unsubscribe/", "/shared/")
# Random ids only: what is taken over stands in the log.
REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def request_id_of(given: str) -> str:
    """Returns the id that a proxy gave the request, where it is one, else a new one."""
    return given if REQUEST_ID.fullmatch(given) else str(uuid4())


def begin() -> None:
    """Every request has an id; a sensible one from a proxy is kept. Threads are used again: nobody acts in it yet."""
    set_actor("anonymous")
    g.request_id = request_id_of(request.headers.get("X-Request-ID", ""))
    logs.request_id.set(g.request_id)
    g.began = time.perf_counter()


def referrer_policy() -> str:
    """Addresses that hold a link: not even our own assets are told it. Not `no-referrer`, with which a browser says
    `Origin: null`, so that a form would come from nowhere."""
    return "strict-origin" if request.path.startswith(HOLD_LINKS) else "same-origin"


def finish(response: Response) -> Response:
    """Sets what is missing; whatever read the session is not stored anywhere."""
    response.headers.setdefault("Referrer-Policy", referrer_policy())
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.is_secure or str(current_app.config["SITE_URL"]).startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if sessions.current().touched or "Set-Cookie" in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def keep_private(response: Response) -> Response:
    """Forbids index and cache: bound by every blueprint whose pages show something of somebody."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response


def install(app: Flask) -> None:
    """Sets the headers on every answer of the app."""
    app.before_request(begin)
    app.after_request(finish)
