"""The states of a quote and their legal moves."""

from enum import StrEnum


class QuoteState(StrEnum):
    """Where a quote stands."""

    HELD = "held"
    SENT = "sent"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CHOSEN = "chosen"
    NOT_CHOSEN = "not_chosen"


class PriceReason(StrEnum):
    """Why a price that is far from the usual one is right."""

    LARGER_AREA = "larger_area"
    PRODUCT = "product"
    PRACTITIONER = "practitioner"
    COMBINED = "combined"
    REDUCED = "reduced"
    NEW_PRICES = "new_prices"


_S = QuoteState

QUOTE_MOVES = {
    _S.HELD: frozenset({_S.SENT, _S.WITHDRAWN}),
    _S.SENT: frozenset({_S.SUPERSEDED, _S.WITHDRAWN, _S.EXPIRED, _S.CHOSEN, _S.NOT_CHOSEN}),
    _S.CHOSEN: frozenset({_S.SENT}),
    _S.NOT_CHOSEN: frozenset({_S.SENT}),
}

# Why a clinic withdraws a quote that the patient has seen.
QUOTE_WITHDRAW_REASONS = ("mistake", "price", "no_dates", "cannot_treat")

# Code of a refusal because of the state, written out so that it can be searched for.
QUOTE_REFUSALS = {
    QuoteState.HELD: "quote_held",
    QuoteState.SENT: "quote_sent",
    QuoteState.SUPERSEDED: "quote_superseded",
    QuoteState.WITHDRAWN: "quote_withdrawn",
    QuoteState.EXPIRED: "quote_expired",
    QuoteState.CHOSEN: "quote_chosen",
    QuoteState.NOT_CHOSEN: "quote_not_chosen",
}
