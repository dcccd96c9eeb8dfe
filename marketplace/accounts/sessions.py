"""Server-side sessions: loaded when first used, kept as long as their owner may be away, ended at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask import Flask, Request, Response, current_app, request
from flask.globals import request_ctx
from flask.sessions import SessionInterface, SessionMixin

from marketplace.accounts import session_store
from marketplace.accounts.session_store import Found, ReadAlong, WebSession
from marketplace.foundation import clock

TOUCH_EVERY = timedelta(minutes=1)  # not every look is worth a write


@dataclass(frozen=True)
class Lifetime:
    """How long a session may idle, and after how long it ends whatever its owner did."""

    idle: timedelta
    absolute: timedelta = timedelta(days=30)


ANYONE = Lifetime(idle=timedelta(hours=24))
OPERATOR = Lifetime(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
MEMBER = Lifetime(idle=timedelta(hours=12))
REMEMBERED = Lifetime(idle=timedelta(days=30))


class SessionTouched(RuntimeError):
    """A page that is the same for everyone used the session."""


class BrowserSession(SessionMixin):
    """Flask's session over one row. Ids are made here: what a browser brings is looked up, never taken over."""

    def __init__(self, token: str, *, along: ReadAlong) -> None:
        self.row: WebSession | None = None
        self.found: Found | None = None  # what the database knew when it was first used
        self.token = token
        self.is_new = False
        self.touched = False
        self.cookie_ends: datetime | None = None
        self.sends_cookie = False
        self._values: dict[str, Any] = {}
        self._before = ""
        self._along = along
        self._ending: set[bytes] = set()
        self._is_shut = self._is_lost = False

    def __getitem__(self, name: str) -> Any:
        return self._now()[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._now()[name] = value

    def __delitem__(self, name: str) -> None:
        del self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def shut(self) -> None:
        """Closes the session for this request: using it raises SessionTouched, in production it stays empty."""
        self._is_shut = True
        if self.touched:
            self._complain()

    def sign_in(self, account_id: UUID, lifetime: Lifetime, *, remembered: bool) -> None:
        """Starts a new session with a new id: the id of before is worth nothing."""
        self._now()
        row = _row(lifetime)
        row.account_id, row.remembered, row.authenticated_at = account_id, remembered, row.started_at
        self._replace(row)

    def renew(self, *, fresh: bool) -> None:
        """Gives the sign-in a new id; it ends when it would have ended."""
        self._now()
        if self.row is not None:
            row = WebSession(**{name: getattr(self.row, name) for name in session_store.COLUMNS})
            row.authenticated_at = clock.now() if fresh else row.authenticated_at
            self._replace(row)

    def end(self) -> None:
        """Ends the session and empties it."""
        self._now().clear()
        self._replace(None)

    @property
    def is_over(self) -> bool:
        """Whether this very request ended it."""
        return self.row is None and bool(self._ending)

    def last(self, away: timedelta) -> None:
        """Lets who is not signed in be away at least this long."""
        self._now()
        if self.row is None:
            self._replace(_row(ANYONE))
        if self.row is not None and self.row.account_id is None:
            self.row.idle_seconds = max(self.row.idle_seconds, int(away.total_seconds()))

    def outlive_browser(self, until: datetime | None) -> None:
        """Keeps the cookie until then when the browser is closed; None ends that. Never for who has signed in."""
        self._now()
        if self.row is None or self.row.account_id is None:
            self.cookie_ends, self.sends_cookie = until, True

    def save(self) -> None:
        """Stores what changed, or that its owner was here; a page that never used the session writes nothing."""
        if not self.touched or self._is_lost or self._is_shut:
            return
        if self.row is None and self._values:
            self._replace(_row(ANYONE))
        self._is_lost = True
        if self.is_new or self._ending:
            self._begin()
        elif self.row is not None:
            self._keep(self.row)
        self._is_lost = False

    def _begin(self) -> None:
        if self.row is not None:
            self.row.data = session_store.seal(self._values, token=self.token)
            _extend(self.row)
        session_store.insert_row(self.row, ending=self._ending)

    def _keep(self, row: WebSession) -> None:
        changes: dict[str, bytes | datetime | int] = {}
        if session_store.as_text(self._values) != self._before:
            changes["data"] = session_store.seal(self._values, token=self.token)
        if changes or clock.now() - row.seen_at >= TOUCH_EVERY:
            _extend(row)
            changes |= {name: getattr(row, name) for name in ("seen_at", "expires_at", "idle_seconds")}
            session_store.keep(row.id, **changes)

    def _replace(self, row: WebSession | None) -> None:
        if self.row is not None and not self.is_new:
            self._ending.add(self.row.id)
        self.row, self.is_new = row, row is not None
        if row is not None:
            self.token = session_store.new_token()
            row.id = session_store.id_of(self.token)

    def _now(self) -> dict[str, Any]:
        if self._is_shut:
            self._complain()
            return {}
        if not self.touched:
            self.touched = True
            self._look_up()
        return self._values

    def _look_up(self) -> None:
        # Where the database is away, the page that says so asks again: it finds nobody, and nothing is written.
        self._is_lost = True
        found = session_store.find(self.token, along=self._along)
        values = session_store.unseal(found.row.data or b"", token=self.token) if found is not None else None
        if found is not None and values is not None:
            self.found, self.row = found, found.row
            self._values, self._before = values, session_store.as_text(values)
        self._is_lost = False

    def _complain(self) -> None:
        if not current_app.config["PRODUCTION"]:
            raise SessionTouched(request.path)


class RowSessions(SessionInterface):
    """Flask's session interface over stored rows and one cookie; `along` is read with each of them."""

    def __init__(self, *, along: ReadAlong) -> None:
        self._along = along

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """Returns the session of the cookie; the database is not asked yet."""
        return BrowserSession(request.cookies.get(self.get_cookie_name(app), ""), along=self._along)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Stores the session after the view's own transaction; not after HEAD or an error of ours."""
        if request.method == "HEAD" or response.status_code >= 500:
            return
        kept = cast(BrowserSession, session)
        kept.save()
        if kept.row is not None and (kept.is_new or kept.sends_cookie):
            ends = kept.row.absolute_expiry_at if kept.row.remembered else kept.cookie_ends
            response.set_cookie(self.get_cookie_name(app), kept.token, expires=ends, **self._attributes(app))
        elif kept.is_over:
            response.delete_cookie(self.get_cookie_name(app), **self._attributes(app))

    def _attributes(self, app: Flask) -> dict[str, Any]:
        return {
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "httponly": self.get_cookie_httponly(app),
            "samesite": self.get_cookie_samesite(app),
        }


def current() -> BrowserSession:
    """Returns the session of this request."""
    return cast(BrowserSession, request_ctx.session)


def _row(lifetime: Lifetime) -> WebSession:
    now = clock.now()
    return WebSession(
        started_at=now,
        absolute_expiry_at=now + lifetime.absolute,
        idle_seconds=int(lifetime.idle.total_seconds()),
        remembered=False,
    )


def _extend(row: WebSession) -> None:
    row.seen_at = clock.now()
    row.expires_at = min(row.seen_at + timedelta(seconds=row.idle_seconds), row.absolute_expiry_at)
