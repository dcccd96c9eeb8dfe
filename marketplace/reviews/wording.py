"""Why something is to be looked at: a text per audience, here only."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from marketplace.reviews.states import Outcome, ReviewKind


class Words(NamedTuple):
    """What an operator reads in a list, what is to be done, and what the clinic is told before it sends."""

    operator: LazyString
    to_do: LazyString
    clinic: LazyString | None = None


KINDS: dict[ReviewKind, Words] = {
    ReviewKind.PRICE_OUTSIDE_RANGE: Words(
        _l("Price outside the usual range"),
        _l("Read the clinic's reason; ask the clinic where it does not hold"),
        _l("The price is far from your price list or from the usual range"),
    ),
    ReviewKind.IMPOSSIBLE_PLAN: Words(
        _l("Plan that does not fit its trips"),
        _l("Compare the sessions, spacing, trips and nights; its message tells the patient why it can be done"),
        _l("The sessions do not fit the trips and nights at this spacing"),
    ),
    ReviewKind.DOUBTFUL_WORDS: Words(
        _l("Doubtful words"),
        _l("Read the sentence and ask the clinic to change what nobody can promise"),
        _l("Promises a result, or compares with others in a way that nobody can check"),
    ),
    ReviewKind.CONTACT_DETAILS: Words(
        _l("Contact details before a choice"),
        _l("Read the text; contact is passed on when the patient chooses"),
        _l("Holds contact details: a patient gets yours when they choose you"),
    ),
    ReviewKind.PRESSURE: Words(
        _l("Words that press for a quick answer"),
        _l("Read the text and ask the clinic to give the patient time"),
        _l("Presses the patient to decide quickly"),
    ),
    ReviewKind.ZERO_TOTAL: Words(
        _l("Quote of nothing"),
        _l("Ask the clinic what it charges"),
        _l("The total is nothing"),
    ),
    ReviewKind.DELETION_NOT_CONFIRMED: Words(
        _l("Deletion not confirmed"),
        _l("Ask the clinic whether it has deleted its copy"),
    ),
    ReviewKind.SUSPECT_AMOUNT: Words(
        _l("Amount that may be stored a hundredfold"),
        _l("Ask who gave it what was meant; nothing is changed by itself"),
    ),
    ReviewKind.SUSPENSION_UNCONFIRMED: Words(
        _l("Suspension without a second operator"),
        _l("Confirm it, or the clinic's requests are open again after 24 hours"),
    ),
    ReviewKind.LEAD_REPORTED: Words(
        _l("Request reported by a clinic"),
        _l("See whether the request is a fault, a repetition or spam"),
    ),
}
OUTCOMES: dict[Outcome, LazyString] = {
    Outcome.FINE: _l("Nothing wrong with it"),
    Outcome.DEALT_WITH: _l("Dealt with"),
}
