"""What can be done with each compared quote."""

from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.leads.states import LeadState
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.states import QuoteState
from marketplace.web.patient.request.compare_columns import actions
from tests.factories import Make


@pytest.mark.parametrize(
    ("part", "state", "text"),
    [
        ("quote", QuoteState.SENT, "Choose"),
        ("lead", LeadState.FROZEN, "Cannot be chosen now"),
        ("quote", QuoteState.EXPIRED, "Expired"),
    ],
)
def test_only_a_quote_that_stands_can_be_chosen(app: Any, make_quote: Make, part: str, state: str, text: str) -> None:
    quote = make_quote()
    {"quote": quote, "lead": quote.lead}[part].state = state
    with app.test_request_context():
        (action,) = actions(SimpleNamespace(columns=[SimpleNamespace(quote=quote)]))
    assert action.text == text
    assert bool(action.href) == (text == "Choose")


def test_nothing_is_chosen_while_the_request_is_paused(app: Any, make_quote: Make) -> None:
    quote = make_quote()
    quote.lead.request.state = RequestState.PAUSED
    with app.test_request_context():
        (action,) = actions(SimpleNamespace(columns=[SimpleNamespace(quote=quote)]))
    assert action.href is None
