"""An answer of an open request is changed: clinics see the new one, and the record says which it was."""

from marketplace.foundation.problems import WrongState
from marketplace.foundation.timeline import record
from marketplace.quote_requests.events import RequestChanged
from marketplace.quote_requests.lifecycle import REQUEST
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

CHANGEABLE = ("treatment", "where", "when", "budget", "health")


def begin(request: QuoteRequest) -> None:
    """Locks it. Raises WrongState once it is no longer open."""
    REQUEST.lock(request)
    if request.state not in {RequestState.OPEN, RequestState.PAUSED}:
        raise WrongState(f"request_{request.state}")


def done(request: QuoteRequest, step: str) -> None:
    """Records which answer was changed, never what it says."""
    record(RequestChanged(request_id=request.id, reason=step))
