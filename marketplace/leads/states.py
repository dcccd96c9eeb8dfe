"""The states of a lead - the request as one clinic sees it - and their legal moves."""

from enum import StrEnum


class LeadState(StrEnum):
    """Where one clinic stands with one request."""

    NEW = "new"
    OPENED = "opened"
    ASKED = "asked"
    QUOTED = "quoted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WON = "won"
    LOST = "lost"
    REVOKED = "revoked"
    FROZEN = "frozen"


_S = LeadState
_OPEN = frozenset({_S.ASKED, _S.QUOTED, _S.DECLINED, _S.EXPIRED, _S.REVOKED, _S.LOST, _S.FROZEN})
# Open, and closed while the clinic may not go on: from and to these a lead freezes and thaws.
FREEZES = (_S.NEW, _S.OPENED, _S.ASKED, _S.QUOTED, _S.EXPIRED)

LEAD_MOVES = {
    _S.NEW: _OPEN | {_S.OPENED},
    _S.OPENED: _OPEN,
    _S.ASKED: frozenset({_S.OPENED, _S.QUOTED, _S.DECLINED, _S.EXPIRED, _S.REVOKED, _S.LOST, _S.FROZEN}),
    _S.QUOTED: frozenset({_S.WON, _S.LOST, _S.OPENED, _S.REVOKED, _S.FROZEN}),
    _S.EXPIRED: frozenset({_S.QUOTED, _S.DECLINED, _S.LOST, _S.REVOKED, _S.FROZEN}),
    _S.WON: frozenset({_S.QUOTED, _S.REVOKED}),
    _S.DECLINED: frozenset({_S.REVOKED}),
    _S.LOST: frozenset({_S.NEW, _S.OPENED, _S.ASKED, _S.QUOTED, _S.EXPIRED, _S.REVOKED}),
    _S.FROZEN: frozenset({*FREEZES, _S.LOST, _S.REVOKED}),
}

# In these a clinic reads what was shared with it.
READING = (_S.NEW, _S.OPENED, _S.ASKED, _S.EXPIRED, _S.QUOTED, _S.WON)
AWAITING = (_S.NEW, _S.OPENED)
# From these a clinic can still come to a quote, or say no.
QUOTABLE = (*AWAITING, _S.ASKED, _S.QUOTED, _S.EXPIRED)
DECLINABLE = tuple(state for state, targets in LEAD_MOVES.items() if _S.DECLINED in targets)
# The lists of a clinic's inbox; a request whose quote waits for its minutes waits, too: the trigger place_in_inbox.
TABS: dict[str, tuple[LeadState, ...]] = {
    "new": (_S.NEW, _S.OPENED, _S.EXPIRED),
    "waiting": (_S.ASKED,),
    "quoted": (_S.QUOTED,),
    "won": (_S.WON,),
    "closed": (_S.DECLINED, _S.LOST, _S.REVOKED),
}
# Why a patient declined a clinic's quote; giving one is up to them.
QUOTE_DECLINE_OFFERED = ("price", "trips", "product", "person", "not_now")  # what a patient may select
QUOTE_DECLINE_REASONS = ("price", "dates", "trips", "product", "person", "elsewhere", "not_now")  # some of before
LEAD_DECLINE_REASONS = ("health", "no_dates", "not_our_treatment", "language")


class DutyState(StrEnum):
    """Where a clinic stands with what it is to delete."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"


DUTY_MOVES = {DutyState.ASKED: frozenset({DutyState.CONFIRMED, DutyState.LIFTED})}

# Code of a refusal because of the state, written out so that it can be searched for.
LEAD_REFUSALS = {
    LeadState.NEW: "lead_new",
    LeadState.OPENED: "lead_opened",
    LeadState.ASKED: "lead_asked",
    LeadState.QUOTED: "lead_quoted",
    LeadState.DECLINED: "lead_declined",
    LeadState.EXPIRED: "lead_expired",
    LeadState.WON: "lead_won",
    LeadState.LOST: "lead_lost",
    LeadState.REVOKED: "lead_revoked",
    LeadState.FROZEN: "lead_frozen",
}
