"""How a quote moves."""

from marketplace.foundation.lifecycle import Lifecycle
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QUOTE_MOVES, QuoteState

QUOTE: Lifecycle[Quote, QuoteState] = Lifecycle(Quote, QUOTE_MOVES)
