"""The states of a request and their legal moves."""

from enum import StrEnum


class RequestState(StrEnum):
    """Where a patient's request stands."""

    DRAFT = "draft"
    UNCONFIRMED = "unconfirmed"
    OPEN = "open"
    PAUSED = "paused"
    CHOSEN = "chosen"
    SETTLED = "settled"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    ERASED = "erased"


class Purpose(StrEnum):
    """What a clinic may be given of a request; each is agreed to, and revoked, by itself."""

    REQUEST = "request"  # name to use, wishes, questions, messages
    HEALTH = "health"
    PHOTOS = "photos"


# What a clinic may have to delete: also the email address and phone number of a choice that was undone.
CONTACT = "contact"
DELETABLE = (*Purpose, CONTACT)


# In these quotes are taken, and in these clinics have it.
TAKES_QUOTES = (RequestState.OPEN, RequestState.PAUSED)
AT_CLINICS = (*TAKES_QUOTES, RequestState.CHOSEN)
_ENDS = frozenset({RequestState.WITHDRAWN, RequestState.CLOSED, RequestState.EXPIRED})

REQUEST_MOVES = {
    RequestState.DRAFT: frozenset({RequestState.UNCONFIRMED, RequestState.ERASED}),
    RequestState.UNCONFIRMED: frozenset(
        {RequestState.OPEN, RequestState.DRAFT, RequestState.WITHDRAWN, RequestState.ERASED}
    ),
    RequestState.OPEN: frozenset({RequestState.PAUSED, RequestState.CHOSEN}) | _ENDS,
    RequestState.PAUSED: frozenset({RequestState.OPEN}) | _ENDS,
    RequestState.CHOSEN: frozenset({RequestState.OPEN, RequestState.SETTLED, RequestState.WITHDRAWN}),
    # Back to chosen: the chosen clinic may not go on, and the choice can be undone anew.
    RequestState.SETTLED: frozenset({RequestState.CHOSEN, RequestState.WITHDRAWN, RequestState.ERASED}),
    RequestState.EXPIRED: frozenset({RequestState.WITHDRAWN, RequestState.ERASED}),
    RequestState.WITHDRAWN: frozenset({RequestState.ERASED}),
    RequestState.CLOSED: frozenset({RequestState.WITHDRAWN, RequestState.ERASED}),
}

# Code of a refusal because of the state, written out so that it can be searched for.
REQUEST_REFUSALS = {
    RequestState.DRAFT: "request_draft",
    RequestState.UNCONFIRMED: "request_unconfirmed",
    RequestState.OPEN: "request_open",
    RequestState.PAUSED: "request_paused",
    RequestState.CHOSEN: "request_chosen",
    RequestState.SETTLED: "request_settled",
    RequestState.EXPIRED: "request_expired",
    RequestState.WITHDRAWN: "request_withdrawn",
    RequestState.CLOSED: "request_closed",
    RequestState.ERASED: "request_erased",
}
