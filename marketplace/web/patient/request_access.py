"""Which requests this browser may see: those whose mailed link it opened, until that access ends."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from flask import g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import sessions
from marketplace.foundation import clock
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.problems import LinkGone, NotFound
from marketplace.quote_requests import request_links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import by_ref
from marketplace.quote_requests.states import RequestState

ACCESSIBLE, TRUSTED = "requests", "known"
HEALTH = "health"  # the only step whose answer needs a trusted browser
P = ParamSpec("P")


def grant_access(ref: str, *, until: datetime, mailed_at: datetime) -> None:
    """Lets this browser see the request until then; trusts it, too, where the link was mailed just now."""
    sessions.current().last(until - clock.now())
    session[ACCESSIBLE] = {**session.get(ACCESSIBLE, {}), ref: until.isoformat()}
    if clock.now() - mailed_at <= request_links.FRESH:
        trust_browser(ref)


def trust_browser(ref: str) -> None:
    """Trusts this browser as the patient's own: it sent the request, or followed a link mailed just now."""
    session[TRUSTED] = [*(known for known in session.get(TRUSTED, ()) if known != ref), ref]


def is_trusted_browser(ref: str, *, mailed_at: datetime | None = None) -> bool:
    """Returns whether this browser sent the request or followed a link that was mailed just now."""
    is_fresh = mailed_at is not None and clock.now() - mailed_at <= request_links.FRESH
    return is_fresh or ref in session.get(TRUSTED, ())


def trusted_browser_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Makes a view answer trusted browsers only, others are redirected: it shows health answers or photos.

    A link that lay in a mailbox for a while, or was passed on, does not open them.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        address = request.view_args or {}
        if address.get("step", HEALTH) != HEALTH or is_trusted_browser(address["ref"]):
            return view(*args, **kwargs)
        return redirect(url_for("patient.show_closed", ref=address["ref"]), 303)

    return guarded


def accessible_refs() -> list[str]:
    """Returns the references of the requests that this browser may see now."""
    now = clock.now()
    return [ref for ref, until in session.get(ACCESSIBLE, {}).items() if datetime.fromisoformat(until) > now]


def current_request() -> QuoteRequest:
    """Returns the request of this page, for limits of forms and for error pages: a view has it as an argument."""
    found: QuoteRequest = g.quote_request
    return found


def request_of_this_browser(ref: str) -> QuoteRequest:
    """Returns the request if this browser opened it; others only learn how to get a link. Raises LinkGone."""
    if ref not in accessible_refs():
        raise LinkGone("not_open")
    try:
        with as_system():
            quote_request = by_ref(ref)
    except NotFound as error:
        raise LinkGone("not_open") from error
    if quote_request.state == RequestState.ERASED:
        raise LinkGone("erased")
    use_role(DatabaseRole.PATIENT, request_id=quote_request.id)
    return quote_request
