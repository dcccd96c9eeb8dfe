"""A request is opened by its mailed link, for this browser, until the link ends."""

from datetime import datetime
from typing import Any

from flask import g, session

from marketplace.accounts import sessions
from marketplace.foundation import clock
from marketplace.foundation.faces import Face, as_system, wear
from marketplace.foundation.problems import LinkGone, NotFound
from marketplace.quote_requests.queries import by_ref
from marketplace.quote_requests.states import RequestState

OPENED = "requests"


def remember(ref: str, *, until: datetime) -> None:
    """This browser may see the request until then."""
    sessions.current().last(until - clock.now())
    session[OPENED] = {**session.get(OPENED, {}), ref: until.isoformat()}


def opened() -> list[str]:
    """References this browser may see now."""
    now = clock.now()
    return [ref for ref, until in session.get(OPENED, {}).items() if datetime.fromisoformat(until) > now]


def held() -> Any:
    """The request of this page, as its policy found it."""
    return g.held


def open_for_this_browser(ref: str) -> Any:
    """The request, if this browser opened it. Whoever did not, learns only how to get a link. Raises LinkGone."""
    if ref not in opened():
        raise LinkGone("not_open")
    try:
        with as_system():
            quote_request = by_ref(ref)
    except NotFound as error:
        raise LinkGone("not_open") from error
    if quote_request.state == RequestState.ERASED:
        raise LinkGone("erased")
    wear(Face.PATIENT, request_id=quote_request.id)
    return quote_request
