"""What a request must be before any page sees it: of one address a page, from our own pages, and fit to be stored and
shown in its path, query, cookies and body."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, abort, current_app, redirect, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import IntegerConverter, Map, RequestRedirect, UnicodeConverter, ValidationError

from marketplace.foundation.security.input_safety import has_unsafe_characters, own_path
from marketplace.web.access import policy_here

MAX_INTEGER = 2**31 - 1  # an integer of PostgreSQL
MAX_NAME_LENGTH, MAX_VALUE_LENGTH, MAX_QUERY_LENGTH = 300, 2000, 8000
PASTED = " \t\r\n"  # what a paste brings along
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data", ""}
READING = {"GET", "HEAD", "OPTIONS"}
OURS = {"", "none", "same-origin"}  # by Sec-Fetch-Site; "none" is typed or from a bookmark
# A full stop, a bracket, a quotation mark after a link. What could be another spelling of a token is not cut.
COPIED_ALONG = re.compile(r"[^A-Za-z0-9_=+/-]+$")
PLAIN = "/:@!$&'()*+,;=~-._"


class Name(UnicodeConverter):
    """A part of a path; what no name holds is not found."""

    def to_python(self, value: str) -> str:
        """Returns the part of the path as it is. Raises ValidationError for what no name holds."""
        if has_unsafe_characters(value) or len(value) > MAX_NAME_LENGTH:
            raise ValidationError
        return value


class Number(IntegerConverter):
    """A number the database can hold; any other is not found."""

    def __init__(
        self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = None, signed: bool = False
    ) -> None:
        bound = MAX_INTEGER if max is None or max > MAX_INTEGER else max
        super().__init__(map, fixed_digits, min=min, max=bound, signed=signed)


def is_page(text: str) -> bool:
    """Whether it is the number of a page: 1 and up, in five digits at most."""
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) > 0


def enforce_rules() -> None:
    """A query or a body that breaks them is refused whole; a cookie that does is none."""
    plain = [(name, value) for name, value in request.cookies.items(multi=True) if _plain(value)]
    request.cookies = ImmutableMultiDict(plain)
    if len(request.query_string) > MAX_QUERY_LENGTH or _strange(request.args):
        abort(400)
    if not _can_be_read(request.referrer or ""):
        abort(400)
    granted = policy_here()
    if granted is None or not granted.from_elsewhere:
        _check_body()


def _check_body() -> None:
    """Our own forms name the field that breaks them; Flask-Security's know no such rule."""
    if request.mimetype not in FORMS:
        abort(415)
    if request.blueprint == "security" and (request.files or _strange(request.form, around=PASTED)):
        abort(400)
    for given in (*request.args.getlist("next"), *request.form.getlist("next")):
        if given and own_path(given) is None:
            abort(400)


def _can_be_read(address: str) -> bool:
    """Libraries take it apart without asking."""
    try:
        urlsplit(address).port  # noqa: B018 - reading it is the question
    except ValueError:
        return False
    return True


def _plain(value: str) -> bool:
    return value.isascii() and not has_unsafe_characters(value)


def _strange(given: MultiDict[str, str], *, around: str = "") -> bool:
    """A name or value with control characters, or too long; those of `around` may stand at a value's ends."""
    pairs = ((name, value.strip(around) if around else value) for name, value in given.items(multi=True))
    return any(has_unsafe_characters(name + value) or len(value) > MAX_VALUE_LENGTH for name, value in pairs)


def own_origins() -> set[str]:
    """As the browser sees the site: by its own address, or as it is published."""
    known = (request.host_url, str(current_app.config["SITE_URL"]))
    return {f"{url.scheme}://{url.netloc}" for url in map(urlsplit, known)}


def refuse_other_sites() -> None:
    """Beside the form's token, and without it. Old browsers say nothing, the token still holds."""
    granted = policy_here()
    if request.method in READING or granted is None or granted.from_elsewhere:
        return
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "") not in OURS or (origin is not None and origin not in own_origins()):
        abort(403)


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
    """Binds the rules before the first page is bound: a rule takes its converters when it is made."""
    app.url_map.converters.update(default=Name, string=Name, int=Number)
    app.before_request(enforce_rules)
    app.before_request(refuse_other_sites)
    app.before_request(lead_there)
