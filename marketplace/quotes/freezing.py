"""A lead freezes with what its clinic has written: a quote that has not gone out yet never does."""

from marketplace.foundation.audit.log import record
from marketplace.leads.actions import ids
from marketplace.leads.freezing import freeze
from marketplace.leads.models import Lead
from marketplace.quotes.drafting import held_of
from marketplace.quotes.events import QuoteWithdrawn
from marketplace.quotes.lifecycle import QUOTE
from marketplace.quotes.states import QuoteState


def freeze_answer(lead: Lead) -> None:
    """Cancels a held quote, then freezes the lead. For a lead of a locked request."""
    quote = held_of(lead)
    if quote is not None:
        QUOTE.move(quote, QuoteState.WITHDRAWN)
        record(QuoteWithdrawn(**ids(lead), quote_id=quote.id, reason="frozen"))
    freeze(lead)
