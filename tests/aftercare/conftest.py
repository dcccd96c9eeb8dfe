"""A request whose choice has settled."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.quotes import choosing
from marketplace.quotes.models import Quote
from tests.factories import Make, build_lead, build_quote


def build_settled(*, aftercare: bool = True, **changes: Any) -> Lead:
    """The lead of the clinic that was chosen two days ago."""
    asks = {name: changes.pop(name) for name in ("clinic", "email") if name in changes}
    quote: Quote = build_quote(build_lead(**asks), **changes)
    quote.lead.request.aftercare = aftercare
    choosing.choose(quote)
    quote.lead.request.undo_until = clock.now() - timedelta(seconds=1)
    choosing.settle_due(clock.now())
    return quote.lead


@pytest.fixture
def make_settled(make_quote: Make) -> Make:
    """The lead of a clinic that was chosen, its request settled with check-ins wanted."""
    return build_settled
