"""The public blueprint: open to everyone, without a session."""

from flask import Blueprint, Response, current_app, request

from marketplace.accounts import sessions
from marketplace.foundation.database import engines

blueprint = Blueprint("public", __name__)

# Forms that change something carry a token of the session; each of them is named here.
WITH_SESSION = {"public.preferences"}
# The cookies that change what a page shows.
PREFERENCES = ("theme", "home", "currency")


@blueprint.before_request
def without_session() -> None:
    """Marks the request as one without a session: nobody's cookie is read or set."""
    if request.endpoint not in WITH_SESSION:
        sessions.current().shut()


@blueprint.before_request
def without_transaction() -> None:
    """Lets the page read by connections that cost no BEGIN and no change of role.

    From a standby only for browsers that brought no session: whoever changed something has one, and sees the change.
    """
    if request.method in {"GET", "HEAD"}:
        engines.read_as_public(may_lag=current_app.config["SESSION_COOKIE_NAME"] not in request.cookies)


@blueprint.after_request
def let_caches_keep(response: Response) -> Response:
    """Lets shared caches keep a page for a minute, but not for readers who chose preferences."""
    if response.status_code == 200 and response.mimetype == "text/html":
        chosen = any(name in request.cookies for name in PREFERENCES)
        kept = "private, no-cache" if chosen else "public, max-age=0, s-maxage=60"
        response.headers.setdefault("Cache-Control", kept)
    return response
