"""The cache of rendered pages: in front of Flask, so that a page that is kept costs neither a statement nor a template.

Kept is what Flask's side offers: public pages, which are the same for everyone without a cookie of ours. A page is kept
for the version of the data that was known before it was rendered, so that it is never older than its version.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, request
from sqlalchemy import event
from sqlalchemy.orm import Session

from marketplace.extensions import ROLE_SCOPE, db
from marketplace.foundation.database.public_version import version_replayed
from marketplace.foundation.database.roles import DatabaseRole
from marketplace.foundation.database.version_watch import VersionWatch, engine_beside
from marketplace.foundation.metrics import PAGE_CACHE
from marketplace.processes import last_commit
from marketplace.web.http.access_log import tell_kept
from marketplace.web.http.headers import request_id_of
from marketplace.web.http.page_key import SERVED_APART, key_of
from marketplace.web.http.page_store import Header, Key, Page, PageStore, encoding_for

OFFER = "marketplace.page_offer"
# Seconds. A shared cache shows a page for both together at most: fresh, then once more while it fetches the new one.
SHARED_FRESH, SHARED_STALE = 4, 1
FOR_EVERYONE = f"public, max-age=0, s-maxage={SHARED_FRESH}, stale-while-revalidate={SHARED_STALE}"
FOR_THIS_READER = "private, no-cache"
MAX_AGE = 60.0  # of a page here: figures that move with every lead move no version
REFUSAL_AGE = 5.0  # of "not found" and redirects
REFUSALS_SHARE = 16  # they have one part in so many of the room: made-up addresses displace no page
KEPT = {200: MAX_AGE, 308: REFUSAL_AGE, 404: REFUSAL_AGE}
OF_ONE_REQUEST = frozenset({"x-request-id", "content-length", "date", "server-timing"})
PASSED_ON = frozenset({"x-request-id", "server-timing"})  # of these, those that Flask's own answer still has
# After whose commits the workers of this machine look at once; all other changes come by notice.
CHANGES_PAGES = frozenset({DatabaseRole.CLINIC, DatabaseRole.OPERATOR})


@dataclass(slots=True)
class Offer:
    """Stands in a request's environment where its answer may be kept; Flask's side accepts it."""

    version: int
    accepted: bool = False
    endpoint: str | None = None
    rule: str | None = None


class Answer:
    """The start of Flask's answer, held back until it is known whether it is kept."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[Header] = []

    def __call__(self, status: str, headers: list[Header], _error: Any = None, /) -> Callable[[bytes], Any]:
        """Stands for start_response; Flask writes in no other way than by what it returns."""
        self.status, self.headers = status, headers
        return lambda _written: None

    def header(self, name: str) -> str:
        """Returns the header's value, "" where there is none."""
        return next((value for found, value in self.headers if found.lower() == name), "")

    def may_be_kept(self) -> bool:
        """Whether nothing in it is for one reader alone."""
        control = self.header("cache-control")
        return "public" in control and not self.header("set-cookie") and not self.header("content-encoding")

    def as_page(self, body: bytes, offer: Offer) -> Page:
        """Returns what is kept of it."""
        headers = [(name, value) for name, value in self.headers if name.lower() not in OF_ONE_REQUEST]
        expires = time.monotonic() + KEPT[int(self.status[:3])]
        return Page(self.status, headers, body, offer.version, expires, offer.endpoint, offer.rule)


class PageCache:
    """WSGI middleware: answers from memory where it may, else asks the app and keeps what it offers."""

    def __init__(self, wsgi: WSGIApplication, watch: VersionWatch, *, room: int, session_cookie: str) -> None:
        self.wsgi, self.watch = wsgi, watch
        aside = room // REFUSALS_SHARE
        self.pages, self.refusals = PageStore(room - aside), PageStore(aside)
        self.hits = self.misses = 0
        self._personal = (*SERVED_APART, session_cookie)
        watch.tell(moved=self._drop_older, went_back=self._clear)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers the request."""
        began = time.perf_counter()
        key = key_of(environ, self._personal)
        version = self.watch.current() if key is not None else None
        if key is None or version is None:
            return self.wsgi(environ, start_response)
        now = time.monotonic()
        page = self.pages.get(key, version=version, now=now) or self.refusals.get(key, version=version, now=now)
        if page is None:
            self.misses += 1
            PAGE_CACHE.labels("miss").inc()
            if environ["REQUEST_METHOD"] == "HEAD":
                return self.wsgi(environ, start_response)  # of a private page it does less than GET
            return self._render(key, version, environ, start_response)
        self.hits += 1
        PAGE_CACHE.labels("hit").inc()
        request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        status, body = self._send(key, page, environ, start_response, own=[("X-Request-ID", request_id)])
        tell_kept(
            method=environ["REQUEST_METHOD"],
            endpoint=page.endpoint,
            rule=page.rule,
            status=status,
            began=began,
            request_id=request_id,
        )
        return body

    def figures(self) -> dict[str, int]:
        """Returns this process's counters: `hits` and `misses`, and the `pages` and `bytes` that are kept now."""
        stores = (self.pages, self.refusals)
        kept = {"pages": sum(map(len, stores)), "bytes": sum(store.bytes for store in stores)}
        return {"hits": self.hits, "misses": self.misses, **kept}

    def _render(
        self, key: Key, version: int, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        offer, answer = Offer(version), Answer()
        parts = self.wsgi({**environ, OFFER: offer}, answer)
        if not offer.accepted or not answer.may_be_kept():
            start_response(answer.status, answer.headers)
            return parts
        page = answer.as_page(_joined(parts), offer)
        if page.version >= version:
            self._store_of(page).put(key, page)
        own = [(name, value) for name, value in answer.headers if name.lower() in PASSED_ON]
        return self._send(key, page, environ, start_response, own=own)[1]

    def _send(
        self, key: Key, page: Page, environ: WSGIEnvironment, start_response: StartResponse, *, own: list[Header]
    ) -> tuple[int, list[bytes]]:
        """Starts the answer; returns its status and its body."""
        encoding = encoding_for(environ.get("HTTP_ACCEPT_ENCODING", "")) if page.is_worth_encoding else ""
        is_new = encoding not in page.variants
        variant = page.in_encoding(encoding)
        if is_new:
            self._store_of(page).count_again(key, page)
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known and (variant.etag in known or known == "*"):
            start_response("304 NOT MODIFIED", [*variant.unchanged, *own])
            return 304, []
        start_response(page.status, [*variant.headers, *own])
        return int(page.status[:3]), [] if environ["REQUEST_METHOD"] == "HEAD" else [variant.body]

    def _store_of(self, page: Page) -> PageStore:
        return self.pages if page.status.startswith("200") else self.refusals

    def _drop_older(self, version: int) -> None:
        for store in (self.pages, self.refusals):
            store.drop_older(version)

    def _clear(self) -> None:
        for store in (self.pages, self.refusals):
            store.clear()


def _joined(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()


def let_caches_keep(response: Response) -> Response:
    """Lets caches keep this public answer, but not for readers with a cookie of ours; it differs by these.

    Accepts the offer of the cache in front; it encodes what it keeps by itself.
    """
    if response.status_code not in KEPT or request.method not in {"GET", "HEAD"}:
        return response
    apart = any(name in request.cookies for name in SERVED_APART)
    response.headers.setdefault("Cache-Control", FOR_THIS_READER if apart else FOR_EVERYONE)
    if response.mimetype == "text/html":
        response.vary.add("Cookie")
    response.vary.add("Accept-Encoding")
    offer: Offer | None = request.environ.get(OFFER)
    if offer is not None and not (response.status_code == 308 and request.query_string):
        request.environ.pop("HTTP_ACCEPT_ENCODING", None)
        rule, replayed = request.url_rule, version_replayed()
        offer.accepted, offer.version = True, offer.version if replayed is None else replayed
        offer.endpoint, offer.rule = (rule.endpoint, rule.rule) if rule else (None, None)
    return response


def keep_not_found(response: Response) -> Response:
    """Lets caches keep that an address is none of ours; not below a part where addresses hold tokens."""
    if request.url_rule is None and response.status_code == 404 and _first_part(request.path) not in _private_parts():
        return let_caches_keep(response)
    return response


def _private_parts() -> frozenset[str]:
    found: frozenset[str] = current_app.extensions["private_parts"]
    return found


def _first_part(path: str) -> str:
    return path.lstrip("/").partition("/")[0]


def note_commit(session: Session) -> None:
    """Lets the workers of this machine look at the version before their next answer, where it may have moved."""
    scope = session.info.get(ROLE_SCOPE)
    if scope is not None and scope.role in CHANGES_PAGES:
        last_commit.note()


event.listen(db.session, "after_commit", note_commit)


def install(app: Flask) -> None:
    """Puts the cache in front of the app, inside of what reads the proxies' headers; none with PAGE_CACHE_BYTES=0."""
    rules = app.url_map.iter_rules()
    app.extensions["private_parts"] = frozenset(
        _first_part(rule.rule) for rule in rules if not rule.endpoint.startswith("public.")
    )
    app.after_request(keep_not_found)
    room = int(app.config["PAGE_CACHE_BYTES"])
    if room:
        cookie = str(app.config["SESSION_COOKIE_NAME"])
        cache = PageCache(app.wsgi_app, VersionWatch(engine_beside(app)), room=room, session_cookie=cookie)
        app.extensions["page_cache"] = cache
        app.wsgi_app = cache  # type: ignore[method-assign] # as Flask says it
