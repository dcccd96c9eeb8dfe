"""An answer of an open request is changed: clinics see the new one, and the record says which it was."""

from marketplace.foundation.problems import WrongState
from marketplace.foundation.timeline import record
from marketplace.quote_requests.events import RequestChanged
from marketplace.quote_requests.lifecycle import REQUEST
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState


def begin(request: QuoteRequest) -> None:
    """Locks it. Raises WrongState once it is no longer open."""
    REQUEST.lock(request)
    if request.state not in TAKES_QUOTES:
        raise WrongState(f"request_{request.state}")


def begin_taking_back(request: QuoteRequest) -> None:
    """Locks it: what was given may be taken back in any state. Raises WrongState once nothing is left."""
    REQUEST.lock(request)
    if request.state in {RequestState.WITHDRAWN, RequestState.ERASED}:
        raise WrongState(f"request_{request.state}")


def done(request: QuoteRequest, step: str) -> None:
    """Records which answer was changed, never what it says."""
    record(RequestChanged(request_id=request.id, reason=step))
