"""Which clinics a request is proposed to, and why: one pure function of facts, without a field for money paid to us.

Ranking maximises expected answered quotes: the chance of an answer (a shrunk estimate from the clinic's own history)
times what is left of its capacity, discounted as in Mehta et al., "AdWords and generalized online matching" (2007):
1 - e^(fill - 1). Second and later places go only to clinics with room, so that capacity stays for requests that have
few alternatives.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

POLICY = "2026-12 first-200 adwords-discount"
PLACES = 5
DETAILED = 20  # further clinics kept with a row of their own; the rest is counted by reason
PRIOR_ANSWERS, PRIOR_LEADS = (
    2.8,
    4.0,
)  # a new clinic is expected to answer 70 of 100: its floor for exploration
NEW_UNTIL_LEADS = 5
EXPLORATION_FLOOR = 0.7
FULL = 1.0  # of its capacity
ROOM_BELOW = 0.7  # of its capacity


@dataclass(frozen=True)
class RequestFacts:
    """What of a request decides who may get it."""

    request_id: UUID
    home_country: str
    destinations: frozenset[str]  # empty: anywhere
    languages: frozenset[str]
    budget_eur: int | None  # euro cents for the course, only when stated and shared
    first_clinic: UUID | None = None
    already_asked: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Standing:
    """What of a clinic its place among the eligible rests on."""

    clinic_id: UUID
    leads_sent: int
    leads_answered: int
    fill: float  # 0 empty to 1 full, of the tighter of day and week


@dataclass(frozen=True)
class Candidate(Standing):
    """A clinic's facts at this moment."""

    country: str
    listing_state: str
    checks_current: bool
    offers_procedure: bool
    languages: frozenset[str]
    accepts_countries: frozenset[str]  # empty: every country
    course_low_eur: int | None  # euro cents


@dataclass(frozen=True)
class Verdict:
    """The outcome for one clinic: proposed, passed_over or ineligible, with its reason and the parts of its score."""

    clinic_id: UUID
    outcome: str
    reason: str
    score: dict[str, float] = field(default_factory=dict)


def refusal(facts: RequestFacts, clinic: Candidate) -> str | None:
    """The first rule that keeps the clinic from this request; None when it is eligible."""
    rules = (
        ("already_asked", clinic.clinic_id in facts.already_asked),
        ("clinic_paused", clinic.listing_state == "paused"),
        ("not_published", clinic.listing_state != "published"),
        ("checks_not_current", not clinic.checks_current),
        ("procedure_not_offered", not clinic.offers_procedure),
        ("other_country", bool(facts.destinations) and clinic.country not in facts.destinations),
        (
            "home_not_accepted",
            bool(clinic.accepts_countries) and facts.home_country not in clinic.accepts_countries,
        ),
        ("no_shared_language", not facts.languages & clinic.languages),
        ("over_budget", _over_budget(facts, clinic)),
        ("full", clinic.fill >= FULL),
    )
    return next((reason for reason, applies in rules if applies), None)


def _over_budget(facts: RequestFacts, clinic: Candidate) -> bool:
    return (
        facts.budget_eur is not None and clinic.course_low_eur is not None and clinic.course_low_eur > facts.budget_eur
    )


def answer_probability(clinic: Standing) -> float:
    """Shrunk towards 0.7; a clinic with fewer than five leads is never below it."""
    estimate = (clinic.leads_answered + PRIOR_ANSWERS) / (clinic.leads_sent + PRIOR_LEADS)
    floor = EXPLORATION_FLOOR if clinic.leads_sent < NEW_UNTIL_LEADS else 0.0
    return min(max(estimate, floor), 1.0)


def score(facts: RequestFacts, clinic: Standing) -> dict[str, float]:
    """The parts and their product; `tie` only parts equals, differently for every request."""
    digest = hashlib.sha256(facts.request_id.bytes + clinic.clinic_id.bytes).digest()
    return {
        "answers": round(answer_probability(clinic), 4),
        "room": round(_room(clinic.fill), 4),
        "fill": round(clinic.fill, 4),
        "value": round(_value(clinic), 6),
        "tie": int.from_bytes(digest[:4], "big") / 2**32,
    }


def fill_to_beat(eligible: Sequence[Standing], *, places: int = PLACES) -> float:
    """How full another clinic must not be to be proposed beside these, if it answers as seldom as the last of them.

    0 where none could be: a clinic that takes nobody else's place needs not be read.
    """
    answers = min(answer_probability(clinic) for clinic in eligible)
    values = sorted((_value(clinic) for clinic in eligible if clinic.fill < ROOM_BELOW), reverse=True)
    to_beat = values[places - 1] if len(values) >= places else 0.0
    if to_beat >= answers * _room(0.0):
        return 0.0
    return min(ROOM_BELOW, 1.0 + math.log(1.0 - to_beat / answers))


def _value(clinic: Standing) -> float:
    return answer_probability(clinic) * _room(clinic.fill)


def _room(fill: float) -> float:
    return 1.0 - math.exp(min(fill, FULL) - 1.0)


def decide(facts: RequestFacts, clinics: Iterable[Candidate], *, places: int = PLACES) -> list[Verdict]:
    """A verdict for every clinic: the proposed in their order, then those passed over, then the ineligible."""
    refused, eligible = list[Verdict](), list[Standing]()
    for clinic in clinics:
        reason = refusal(facts, clinic)
        if reason:
            refused.append(Verdict(clinic.clinic_id, "ineligible", reason))
        else:
            eligible.append(clinic)
    return place(facts, eligible, places=places) + sorted(refused, key=lambda v: (v.reason, v.clinic_id))


def place(facts: RequestFacts, eligible: Iterable[Standing], *, places: int = PLACES) -> list[Verdict]:
    """A verdict for each of these eligible clinics: the proposed in their order, then those passed over."""
    ranked = sorted(((clinic, score(facts, clinic)) for clinic in eligible), key=lambda pair: _order(facts, *pair))
    proposed: list[Verdict] = []
    passed: list[Verdict] = []
    for clinic, parts in ranked:
        if len(proposed) >= places:
            passed.append(Verdict(clinic.clinic_id, "passed_over", "ranked_lower", parts))
        elif proposed and clinic.fill >= ROOM_BELOW:
            passed.append(Verdict(clinic.clinic_id, "passed_over", "little_room", parts))
        else:
            proposed.append(Verdict(clinic.clinic_id, "proposed", _why(facts, clinic), parts))
    return proposed + passed


def _order(facts: RequestFacts, clinic: Standing, parts: dict[str, float]) -> tuple[bool, float, float, UUID]:
    return clinic.clinic_id != facts.first_clinic, -parts["value"], parts["tie"], clinic.clinic_id


def _why(facts: RequestFacts, clinic: Standing) -> str:
    if clinic.clinic_id == facts.first_clinic:
        return "asked_for"
    return "new_here" if clinic.leads_sent < NEW_UNTIL_LEADS else "likely_to_answer"
