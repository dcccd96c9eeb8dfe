"""Invents requests with consents, leads, quotes, decisions, mails and history; one clinic has a lead in each.

No timer has anything to do with them for a month: what waits for an answer may wait longer than the site would allow.
What is sealed is sealed by the site's own code: the name for each request, as inboxes open it, the rest once, because
no page that is measured opens it.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from benchmarks.data.copying import Row
from benchmarks.data.market import Keys
from marketplace.leads.routing import POLICY
from marketplace.leads.states import TABS, LeadState
from marketplace.mail.models import EmailState
from marketplace.quote_requests.drafts import ALPHABET
from marketplace.quote_requests.states import Purpose, RequestState
from marketplace.quotes.states import QuoteState

SEED = 20261129
REQUEST, LEAD, CONSENT, QUOTE = Keys(5), Keys(6), Keys(7), Keys(8)
DECISION, ENTRY, EMAIL = Keys(9), Keys(10), Keys(11)
WORDS = "I agree that my request goes to this clinic."
HOMES = ("GB", "DE", "FR", "NL", "IE", "SE", "US", "CA")
OTHER_LEADS, DECIDED = 2, 5
APART, LONG = timedelta(minutes=1), timedelta(days=50)  # between two requests, closer where all would take longer
MAY_WAIT = timedelta(days=60)  # from now on
SCORE = '{"answers": 0.7, "room": 0.6, "fill": 0.1, "value": 0.42}'
# Where the busy clinic's leads stand; "won" is rare, "frozen" never happens.
STATES = {
    LeadState.NEW: 4000,
    LeadState.OPENED: 1500,
    LeadState.QUOTED: 2500,
    LeadState.EXPIRED: 1000,
    LeadState.DECLINED: 600,
    LeadState.ASKED: 395,
    LeadState.WON: 5,
}
TAB_OF = {state: tab for tab, states in TABS.items() for state in states}  # where no quote is held
COLUMNS: Mapping[str, Sequence[str]] = {
    "quote_request": (
        *("id", "created_at", "ref", "locale", "state", "draft_at", "unconfirmed_at", "open_at", "last_answered_at"),
        *("treatment_id", "procedure_id", "procedure_answered", "home_country", "destinations", "where_answered"),
        *("timing", "trips", "share_budget", "budget_answered", "languages", "wait_without_clinic", "share_health"),
        *("aftercare", "data_key", "health_sealed", "name_sealed", "contact_sealed", "questions_sealed", "email_hash"),
    ),
    "consent": ("id", "request_id", "clinic_id", "purpose", "act", "number", "text", "version", "at"),
    "lead": (
        *("id", "created_at", "request_id", "clinic_id", "state", "new_at", "opened_at", "asked_at", "quoted_at"),
        *("declined_at", "expired_at", "won_at", "due_at", "clock_started_at", "reminded_at", "answered_at"),
        *("decline_reason", "frozen_seconds", "inbox_tab"),
    ),
    "quote": (
        *(
            "id",
            "created_at",
            "lead_id",
            "request_id",
            "number",
            "version",
            "state",
            "held_at",
            "sent_at",
            "held_until",
        ),
        *("mailed_at", "procedure_id", "sessions", "price_per_session", "currency", "discount", "total", "product"),
        *("practitioner_role", "trips", "nights_per_trip", "session_gap_weeks", "deposit", "valid_until", "included"),
        "excluded",
    ),
    "routing_decision": (
        *("id", "request_id", "clinic_id", "outcome", "reason", "rank", "score", "policy", "decided_at"),
    ),
    "audit_entry": ("id", "at", "name", "actor", "request_id", "clinic_id", "lead_id"),
    "email": (
        *("id", "created_at", "name", "audience", "locale", "state", "waiting_at", "sent_at", "attempts"),
        *("unclear_attempts", "request_id", "subject"),
    ),
}


@dataclass(frozen=True)
class Sealed:
    """The sealed columns of a request: its own data key and name, and what is the same in all."""

    data_key: bytes
    name: bytes
    contact: bytes
    health: bytes
    questions: bytes


@dataclass(frozen=True)
class Asked:
    """What the invented requests refer to. `busy` is the clinic that has a lead in each."""

    treatment: UUID
    procedure: UUID
    busy: UUID
    clinics: Sequence[UUID]
    seal: Callable[[UUID], Sealed]
    now: datetime


def ref_of(n: int) -> str:
    """Returns the reference of request `n`: no two have the same, and neighbours look nothing alike."""
    number = n * 2_654_435_761 % len(ALPHABET) ** 8  # a prime, so every reference comes once
    letters = []
    for _ in range(8):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "MQ-" + "".join(letters)


def requests(numbers: range, asked: Asked, *, count: int) -> Iterator[dict[str, list[Row]]]:
    """Yields the rows of each request by table, the oldest first; how old it is depends on how many there are."""
    apart = min(APART, LONG / count)
    for n in numbers:
        at = asked.now - timedelta(hours=1) - (count - n) * apart
        yield _request(n, at, random.Random(SEED << 32 | n), asked)


def _request(n: int, at: datetime, dice: random.Random, asked: Asked) -> dict[str, list[Row]]:
    clinics = [asked.busy, *dice.sample(asked.clinics, OTHER_LEADS)]
    states = dice.choices(list(STATES), list(STATES.values()), k=len(clinics))
    return {
        "quote_request": [_sent(n, at, dice, asked)],
        "consent": _consents(n, at, clinics),
        "lead": [
            _lead(n, place, at, clinic, state, asked=asked)
            for place, (clinic, state) in enumerate(zip(clinics, states, strict=True))
        ],
        "quote": [_quote(n, place, at, asked) for place, state in enumerate(states) if state == LeadState.QUOTED],
        "routing_decision": _decisions(n, at, dice, asked),
        "audit_entry": _history(n, at, clinics),
        "email": [_email(n, at)],
    }


def _sent(n: int, at: datetime, dice: random.Random, asked: Asked) -> Row:
    key = REQUEST.of(n)
    sealed = asked.seal(key)
    return (
        *(key, at, ref_of(n), "en", RequestState.OPEN, at, at, at, at, asked.treatment, asked.procedure, True),
        *(dice.choice(HOMES), [], True, "quarter", "2", False, True, ["en"], False, True, False),
        *(sealed.data_key, sealed.health, sealed.name, sealed.contact, sealed.questions, key.bytes),
    )


def _consents(n: int, at: datetime, clinics: Sequence[UUID]) -> list[Row]:
    purposes = (Purpose.REQUEST, Purpose.HEALTH)
    return [
        (CONSENT.of(n, place * 2 + i), REQUEST.of(n), clinic, purpose, "given", 1, WORDS, "1", at)
        for place, clinic in enumerate(clinics)
        for i, purpose in enumerate(purposes)
    ]


def _lead(n: int, place: int, at: datetime, clinic: UUID, state: LeadState, *, asked: Asked) -> Row:
    """A lead in a state, with the moments of those before it."""
    reached = {LeadState.NEW, state}
    if state not in {LeadState.NEW, LeadState.EXPIRED}:
        reached.add(LeadState.OPENED)
    if state == LeadState.WON:
        reached.add(LeadState.QUOTED)
    later = at + timedelta(hours=1)
    answered = state not in {LeadState.NEW, LeadState.OPENED, LeadState.EXPIRED}
    moments = [
        (at if each == LeadState.NEW else later) if each in reached else None
        for each in (*(LeadState.NEW, LeadState.OPENED, LeadState.ASKED, LeadState.QUOTED), LeadState.DECLINED)
    ]
    moments += [later if each in reached else None for each in (LeadState.EXPIRED, LeadState.WON)]
    reason = "no_dates" if state == LeadState.DECLINED else None
    keys = (LEAD.of(n, place), at, REQUEST.of(n), clinic, state)
    due = at + timedelta(hours=24) if answered or state == LeadState.EXPIRED else asked.now + MAY_WAIT
    return (*keys, *moments, due, at, later, later if answered else None, reason, 0, TAB_OF[state])


def _quote(n: int, place: int, at: datetime, asked: Asked) -> Row:
    price, sent = 8000 + 500 * place, at + timedelta(hours=1)
    return (
        *(QUOTE.of(n, place), sent, LEAD.of(n, place), REQUEST.of(n), place + 1, 1, QuoteState.SENT, sent, sent, sent),
        *(sent, asked.procedure, 4, price, "EUR", 0, price * 4, "Plain vial", "doctor", 2, 3, 3, price * 4 // 10),
        *((asked.now + timedelta(days=40)).date(), ["numbing"], []),
    )


def _decisions(n: int, at: datetime, dice: random.Random, asked: Asked) -> list[Row]:
    return [
        (
            *(DECISION.of(n, rank), REQUEST.of(n), dice.choice(asked.clinics), "proposed", "likely_to_answer", rank),
            *(SCORE, POLICY, at),
        )
        for rank in range(1, DECIDED + 1)
    ]


def _history(n: int, at: datetime, clinics: Sequence[UUID]) -> list[Row]:
    names = ["RequestSubmitted", "RequestConfirmed"]
    own: list[Row] = [(ENTRY.of(n, i), at, name, "patient", REQUEST.of(n), None, None) for i, name in enumerate(names)]
    return own + [
        (ENTRY.of(n, 10 + place), at, "LeadArrived", "patient", REQUEST.of(n), clinic, LEAD.of(n, place))
        for place, clinic in enumerate(clinics)
    ]


def _email(n: int, at: datetime) -> Row:
    keys = (EMAIL.of(n), at, "confirm_request", "patient", "en", EmailState.SENT, at, at)
    return (*keys, 1, 0, REQUEST.of(n), "Confirm your request")
