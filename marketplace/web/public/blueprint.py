"""The public blueprint: open to everyone, without a session."""

from flask import Blueprint, Response, current_app, request

from marketplace.accounts import sessions
from marketplace.foundation.database import engines
from marketplace.web.forms import visit_home
from marketplace.web.http import page_cache

blueprint = Blueprint("public", __name__)

# Forms that change something carry a token of the session; each of them is named here.
WITH_SESSION = {"public.preferences", "public.share_own_price"}
# They tell how this process and its database are now.
PROBES = {"public.healthz", "public.readyz"}


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
    """Lets caches keep the page, but for probes and forms with a session."""
    return response if request.endpoint in WITH_SESSION | PROBES else page_cache.let_caches_keep(response)


@blueprint.after_request
def keep_chosen_home(response: Response) -> Response:
    """Keeps for the visit the home and the currency that a form of a page was sent with."""
    if request.method == "GET" and request.args and response.mimetype == "text/html" and response.status_code == 200:
        visit_home.keep_chosen(response)
    return response
