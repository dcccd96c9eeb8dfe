"""Why clinics were proposed for a request and why others were not, in the words of its person."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from marketplace.clinics.models import Clinic
from marketplace.leads import queries
from marketplace.leads.models import RoutingDecision
from marketplace.quote_requests.models import QuoteRequest
from marketplace.words.lead import PROPOSAL_FACTS, ROUTING_CHANGES, ROUTING_REASONS

# The question whose answer a reason follows from; another answer may let such clinics in.
STEPS = {
    "other_country": "where",
    "no_shared_language": "you",
    "over_budget": "budget",
    "procedure_not_offered": "treatment",
}


@dataclass(frozen=True)
class Named:
    """A clinic with the facts that its place was decided by, in words; empty where it had no place."""

    clinic: Clinic
    facts: str


@dataclass(frozen=True)
class WhyNot:
    """A reason in words, how many clinics it kept out, those known by name, and the link to change an answer."""

    reason: str
    count: int
    named: list[Named]
    change: tuple[str, str] | None

    @property
    def more(self) -> str:
        """Returns how many there are beside those known by name, in words; empty where there are none, or no names."""
        rest = self.count - len(self.named) if self.named else 0
        return _("And %(number)s more.", number=format_decimal(rest, locale=get_locale() or "en")) if rest else ""


@dataclass(frozen=True)
class WhyClinics:
    """What was decided about a request when it was sent, each clinic in one group.

    `asked` have the request, whatever was decided; `others` are the clinics that were not proposed.
    """

    decided_at: datetime
    asked: list[Named]
    proposed: list[Named]
    others: list[WhyNot]


def why_clinics(
    quote_request: QuoteRequest, *, asked: Sequence[Clinic], address: Callable[[str], str] | None
) -> WhyClinics | None:
    """Returns what was decided when the request was sent; None where nothing was, or it is kept no longer.

    `asked` are the clinics that have the request. `address` gives the page where the answer to a question is changed,
    None where answers stay.
    """
    decided, counts = queries.decisions(quote_request), queries.counts(quote_request)
    if quote_request.unconfirmed_at is None or not (decided or counts):
        return None
    facts = {row.clinic_id: _facts(row) for row in decided}
    has_request = {clinic.id for clinic in asked}
    proposed, named = list[Named](), defaultdict[str, list[Named]](list)
    for row in decided:
        if row.clinic_id not in has_request:
            group = proposed if row.outcome == "proposed" else named[row.reason]
            group.append(Named(row.clinic, facts[row.clinic_id]))
    return WhyClinics(
        decided_at=min((row.decided_at for row in decided), default=quote_request.unconfirmed_at),
        asked=[Named(clinic, facts.get(clinic.id, "")) for clinic in asked],
        proposed=proposed,
        others=why_not(counts, named=named, address=address),
    )


def why_not(
    counts: Mapping[str, int],
    *,
    address: Callable[[str], str] | None,
    named: Mapping[str, list[Named]] | None = None,
) -> list[WhyNot]:
    """Returns the reasons for which clinics were not proposed, in the order of their table.

    `counts` are the clinics beside those that are `named`.
    """
    known = named or {}
    total = Counter(counts) + Counter({code: len(clinics) for code, clinics in known.items()})
    return [
        WhyNot(str(words), total[code], known.get(code, []), _change(code, address))
        for code, words in ROUTING_REASONS.patient.items()
        if total[code]
    ]


def _change(code: str, address: Callable[[str], str] | None) -> tuple[str, str] | None:
    if address is None or code not in STEPS:
        return None
    return str(ROUTING_CHANGES.patient[code]), address(STEPS[code])


def _facts(decision: RoutingDecision) -> str:
    """Returns "likely to answer 92 of 100 requests; 30% of its places taken"."""
    words, score = PROPOSAL_FACTS.patient, decision.score
    told = [str(words[code]) for code in ("asked_for", "new_here") if decision.reason == code]
    if "answers" in score and decision.reason != "new_here":
        told.append(str(words["expected"]) % {"n": round(score["answers"] * 100)})
    if "fill" in score:
        told.append(str(words["taken" if score["fill"] else "free"]) % {"n": round(score["fill"] * 100)})
    return _("; ").join(told)
