"""Words of a review item: its kind and what to do about it, its facts, and its outcomes."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.lead import PRICE_REASONS
from marketplace.words.request import PURPOSES
from marketplace.words.table import Table, Titled, Words

# The name of the item, and what is to be done.
REVIEW_KINDS: Table[Titled] = Table(
    price_outside_range=Words(
        operator=(
            _("Price outside the usual range"),
            _("Read the clinic's reason; ask the clinic where it does not hold"),
        )
    ),
    impossible_plan=Words(
        operator=(
            _("Plan that does not fit its trips"),
            _("Compare the sessions, spacing, trips and nights; its message tells the patient why it can be done"),
        )
    ),
    doubtful_words=Words(
        operator=(
            _("Doubtful words"),
            _("Read the sentence and ask the clinic to change what nobody can promise"),
        )
    ),
    contact_details=Words(
        operator=(
            _("Contact details before a choice"),
            _("Read the text; contact is passed on when the patient chooses"),
        )
    ),
    pressure=Words(
        operator=(
            _("Words that press for a quick answer"),
            _("Read the text and ask the clinic to give the patient time"),
        )
    ),
    zero_total=Words(
        operator=(
            _("Quote of nothing"),
            _("Ask the clinic what it charges"),
        )
    ),
    deletion_not_confirmed=Words(
        operator=(
            _("Deletion not confirmed"),
            _("Ask the clinic whether it has deleted its copy"),
        )
    ),
    suspect_amount=Words(
        operator=(
            _("Amount that may be stored a hundredfold"),
            _("Ask who gave it what was meant; nothing is changed by itself"),
        )
    ),
    suspension_unconfirmed=Words(
        operator=(
            _("Suspension without a second operator"),
            _("Confirm it, or the clinic's requests are open again after 24 hours"),
        )
    ),
    lead_reported=Words(
        operator=(
            _("Request reported by a clinic"),
            _("See whether the request is a fault, a repetition or spam"),
        )
    ),
    problem_unanswered=Words(
        operator=(
            _("Patient's problem not answered"),
            _("Ask the clinic to answer its patient today"),
        )
    ),
)
REVIEW_OUTCOMES: Table[LazyString] = Table(
    fine=Words(operator=_("Nothing wrong with it")),
    dealt_with=Words(operator=_("Dealt with")),
)
# The codes, numbers and amounts that an item knows.
REVIEW_FACTS: Table[LazyString] = Table(
    field=Words(operator=_("Where")),
    price=Words(operator=_("Price a session")),
    low=Words(operator=_("Usual from")),
    high=Words(operator=_("Usual to")),
    total=Words(operator=_("Total")),
    amount=Words(operator=_("Stored amount")),
    basis=Words(operator=_("Compared with")),
    reason=Words(operator=_("Reason")),
    days=Words(operator=_("Days")),
)
AMOUNT_FACTS = frozenset({"price", "low", "high", "total", "amount"})
BASES: Table[LazyString] = Table(
    own_list=Words(operator=_("the clinic's own list")),
    country=Words(operator=_("the range of its country")),
)
# Fields of a request and of a message; those of a quote are named in their descriptions.
FIELDS: Table[LazyString] = Table(
    budget=Words(operator=_("budget")),
    question=Words(operator=_("question to the patient")),
    body=Words(operator=_("reply to the patient")),
)
# The words of each fact's codes, by the fact; a reason is that of a price, or names what was to be deleted.
REVIEW_CODES: Mapping[str, Mapping[str, LazyString]] = {
    "basis": BASES.operator,
    "field": FIELDS.operator,
    "reason": {**PRICE_REASONS.operator, **PURPOSES.operator},
}
