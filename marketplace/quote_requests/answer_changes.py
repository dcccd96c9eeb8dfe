"""Changes answers of an open request: clinics see the new ones, and the audit log says which they were."""

from collections.abc import Mapping

from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import WrongState
from marketplace.quote_requests.events import RequestChanged
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.queries import answers
from marketplace.quote_requests.states import REQUEST_REFUSALS, TAKES_QUOTES, RequestState

Facts = Mapping[str, object]
# What clinics read of a request, in the order it is shown; health and photos only with consent.
READ_BY_CLINICS = (
    "name",
    "treatment",
    "home",
    "when",
    "trips",
    "budget",
    "languages",
    "health",
    "photos",
    "questions",
)


def begin(request: QuoteRequest) -> Facts:
    """Locks the request and returns its answers as they are. Raises WrongState once it is no longer open."""
    REQUEST.lock(request)
    if request.state not in TAKES_QUOTES:
        raise WrongState(REQUEST_REFUSALS[request.state])
    return _facts(request)


def begin_removal(request: QuoteRequest) -> Facts:
    """Locks the request, so that something given can be removed in any state.

    Raises WrongState once nothing is left.
    """
    REQUEST.lock(request)
    if request.state in {RequestState.WITHDRAWN, RequestState.ERASED}:
        raise WrongState(REQUEST_REFUSALS[request.state])
    return _facts(request)


def done(request: QuoteRequest, before: Facts) -> list[str]:
    """Records and returns the names of the answers that differ from before, never what they say."""
    changed = [name for name, value in _facts(request).items() if value != before[name]]
    for name in changed:
        record(RequestChanged(request_id=request.id, reason=name))
    return changed


def _facts(request: QuoteRequest) -> Facts:
    """Each answer by its name; those that no clinic reads have names of their own."""
    said = answers(request)
    budget = (request.budget_amount, request.budget_currency, request.budget_scope)
    return {
        "name": said.name,
        "treatment": (request.procedure_id, request.concern),
        "home": request.home_country,
        "destinations": list(request.destinations),
        "when": (request.timing, request.month_from, request.month_to),
        "trips": request.trips,
        "budget": budget if request.share_budget else None,
        "own_budget": None if request.share_budget else budget,
        "languages": sorted(request.languages),
        "health": (sorted(said.conditions), said.details),
        "photos": [photo.id for photo in photos_of(request)],
        "phone": said.phone,
        "questions": said.questions,
    }
