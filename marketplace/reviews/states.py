"""What an operator is asked to look at, the states of such an item and how it can end."""

from enum import StrEnum


class ReviewKind(StrEnum):
    """Why something is to be looked at."""

    PRICE_OUTSIDE_RANGE = "price_outside_range"
    IMPOSSIBLE_PLAN = "impossible_plan"
    DOUBTFUL_WORDS = "doubtful_words"
    CONTACT_DETAILS = "contact_details"
    PRESSURE = "pressure"
    ZERO_TOTAL = "zero_total"
    DELETION_NOT_CONFIRMED = "deletion_not_confirmed"
    SUSPECT_AMOUNT = "suspect_amount"
    SUSPENSION_UNCONFIRMED = "suspension_unconfirmed"
    LEAD_REPORTED = "lead_reported"


class ReviewState(StrEnum):
    """Where an item stands."""

    OPENED = "opened"
    CLAIMED = "claimed"
    DECIDED = "decided"


REVIEW_MOVES = {
    ReviewState.OPENED: frozenset({ReviewState.CLAIMED, ReviewState.DECIDED}),
    ReviewState.CLAIMED: frozenset({ReviewState.OPENED, ReviewState.DECIDED}),
}


class Outcome(StrEnum):
    """What became of an item."""

    FINE = "fine"
    DEALT_WITH = "dealt_with"
