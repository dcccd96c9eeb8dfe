"""Which requests this browser may see: those whose mailed link it opened, until that access ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import ParamSpec
from uuid import UUID

from flask import g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import sessions
from marketplace.foundation import clock
from marketplace.foundation.database import engines
from marketplace.foundation.database.roles import DatabaseRole, as_system, use_role
from marketplace.foundation.problems import LinkGone, NotFound
from marketplace.quote_requests import request_links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import by_ref
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.request_quotes import RequestQuotes, request_quotes

ACCESSIBLE, TRUSTED, IDS = "requests", "known", "request_ids"
HEALTH = "health"  # the only step whose answer needs a trusted browser
P = ParamSpec("P")


def grant_access(quote_request: QuoteRequest, *, until: datetime, mailed_at: datetime) -> None:
    """Lets this browser see the request until then; trusts it, too, where the link was mailed just now."""
    ref = quote_request.ref
    sessions.current().last(until - clock.now())
    _keep_id(quote_request)
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
    use_role(DatabaseRole.PATIENT, request_id=_id_of(ref))
    with _or_link_gone():
        return _not_erased(by_ref(ref))


def quotes_of_this_browser(ref: str) -> RequestQuotes:
    """Returns the request with its quotes if this browser opened it; what follows only reads. Raises LinkGone."""
    engines.read_as_holder(_id_of(ref))
    with _or_link_gone():
        found = request_quotes(ref)
    _not_erased(found.request)
    return found


def _id_of(ref: str) -> UUID:
    if ref not in accessible_refs():
        raise LinkGone("not_open")
    if ref not in session.get(IDS, {}):  # opened before ids were kept
        with _or_link_gone(), as_system():
            _keep_id(by_ref(ref))
    found: UUID = session[IDS][ref]
    return found


def _keep_id(quote_request: QuoteRequest) -> None:
    session[IDS] = {**session.get(IDS, {}), quote_request.ref: quote_request.id}


@contextmanager
def _or_link_gone() -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        raise LinkGone("not_open") from error


def _not_erased(quote_request: QuoteRequest) -> QuoteRequest:
    if quote_request.state == RequestState.ERASED:
        raise LinkGone("erased")
    return quote_request
