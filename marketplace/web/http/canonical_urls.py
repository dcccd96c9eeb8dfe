"""One address a page: a trailing slash, and what was copied along with a link, lead to the address without it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Flask, redirect, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

# A full stop, a bracket, a quotation mark after a link. What could be another spelling of a token is not cut.
COPIED_ALONG = re.compile(r"[^A-Za-z0-9_=+/-]+$")
PLAIN = "/:@!$&'()*+,;=~-._"


def lead_there() -> ResponseReturnValue | None:
    """Redirects to the canonical path by 308, with its query; only where such a page is, never to another host."""
    path = _without_what_was_copied(request.path.rstrip("/")) or _without_slash(request.path)
    if path is None:
        return None
    query = request.query_string.decode("latin-1")
    return redirect(quote(path, safe=PLAIN) + (f"?{query}" if query else ""), 308)


def _without_slash(path: str) -> str | None:
    if not path.endswith("/") or request.routing_exception is None:
        return None
    shorter = re.sub("/{2,}", "/", path).rstrip("/")
    return shorter if shorter and _arguments(shorter) is not None else None


def _without_what_was_copied(path: str) -> str | None:
    shorter = COPIED_ALONG.sub("", path).rstrip("/")
    if shorter == path or request.method not in {"GET", "HEAD"}:
        return None
    return shorter if "token" in (_arguments(shorter) or {}) else None


def _arguments(path: str) -> Mapping[str, Any] | None:
    """What a page at this path is given; None where there is none."""
    adapter = request_ctx.url_adapter
    if adapter is None or path.startswith("//"):
        return None
    try:
        _rule, arguments = adapter.match(path, method=request.method)
    except MethodNotAllowed:
        return {}
    except (HTTPException, RequestRedirect):
        return None
    return arguments


def install(app: Flask) -> None:
    """Binds the redirects to the app, before any page."""
    app.before_request(lead_there)
