"""How a request moves."""

from marketplace.foundation.lifecycle import Lifecycle
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import REQUEST_MOVES, RequestState

REQUEST: Lifecycle[QuoteRequest, RequestState] = Lifecycle(QuoteRequest, REQUEST_MOVES)
