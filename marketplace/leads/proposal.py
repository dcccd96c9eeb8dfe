"""Proposes clinics for a request, keeps what its person was shown, and records why when the request is sent."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.metrics import ROUTING
from marketplace.leads import eligible
from marketplace.leads.candidates import (
    count_published,
    read_best,
    read_facts,
    read_named,
    read_reasons,
    request_facts,
)
from marketplace.leads.models import Lead, RoutingCount, RoutingDecision, RoutingProposal
from marketplace.leads.routing import DETAILED, POLICY, RequestFacts, Verdict, place, refusal
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Proposal:
    """A clinic that the patient may tick, with the code of the reason and the parts of its score."""

    clinic: Clinic
    reason: str
    score: Mapping[str, float]


@dataclass(frozen=True)
class Proposed:
    """Up to five proposals, and how many clinics are not among them, by reason."""

    proposals: list[Proposal]
    counts: dict[str, int]


@dataclass(frozen=True)
class Considered:
    """A verdict for each clinic looked at, the proposed first, and by reason how many were not looked at."""

    verdicts: list[Verdict]
    others: dict[str, int]

    @property
    def detailed(self) -> list[Verdict]:
        """The verdicts with a row of their own: of the proposed and the next twenty."""
        return self.verdicts[: sum(verdict.outcome == "proposed" for verdict in self.verdicts) + DETAILED]

    @property
    def counts(self) -> dict[str, int]:
        """How many clinics have no row of their own, by reason."""
        rest = Counter(verdict.reason for verdict in self.verdicts[len(self.detailed) :])
        return dict(rest + Counter(self.others))


@ROUTING.time()
def propose(request: QuoteRequest) -> list[Proposal]:
    """Proposes up to five clinics for a request as of this moment; reads only."""
    verdicts = _place(request, _facts(request))
    return _proposals([verdict for verdict in verdicts if verdict.outcome == "proposed"])


def show_proposals(request: QuoteRequest) -> Proposed:
    """Proposes clinics as of this moment, and keeps what was decided as what the request's person was shown last."""
    considered = consider(request)
    decisions = [_decision(verdict, rank) for rank, verdict in enumerate(considered.detailed, start=1)]
    counts = [{"id": str(uuid7()), "reason": code, "count": n} for code, n in considered.counts.items()]
    kept = {"decisions": decisions, "counts": counts, "policy": POLICY, "decided_at": clock.now()}
    row = insert(RoutingProposal).values(request_id=request.id, **kept)
    db.session.execute(row.on_conflict_do_update(index_elements=["request_id"], set_=kept))
    return _shown(decisions, counts)


def _decision(verdict: Verdict, rank: int) -> dict[str, Any]:
    facts = {"outcome": verdict.outcome, "reason": verdict.reason, "score": verdict.score}
    return {"id": str(uuid7()), "clinic_id": str(verdict.clinic_id), "rank": rank, **facts}


def shown_proposals(request: QuoteRequest) -> Proposed:
    """Returns what the request's person was shown last; where that was nothing yet, it is decided and kept now."""
    query = select(RoutingProposal.decisions, RoutingProposal.counts)
    kept = db.session.execute(query.where(RoutingProposal.request_id == request.id)).one_or_none()
    return _shown(kept.decisions, kept.counts) if kept else show_proposals(request)


def still_open(request: QuoteRequest) -> Proposed:
    """Returns what was shown without the clinics that cannot get the request now; proposes anew where none is left."""
    proposed = shown_proposals(request)
    refused = refusals(request, [proposal.clinic for proposal in proposed.proposals])
    left = [proposal for proposal in proposed.proposals if proposal.clinic.id not in refused]
    return Proposed(left, proposed.counts) if left else show_proposals(request)


def _shown(decisions: Rows, counts: Rows) -> Proposed:
    chosen = [row for row in decisions if row["outcome"] == "proposed"]
    proposals = _proposals(
        [Verdict(UUID(row["clinic_id"]), row["outcome"], row["reason"], row["score"]) for row in chosen]
    )
    by_reason = Counter(row["reason"] for row in decisions[len(chosen) :])
    return Proposed(proposals, dict(by_reason + Counter({row["reason"]: row["count"] for row in counts})))


def _proposals(chosen: list[Verdict]) -> list[Proposal]:
    query = select(Clinic).where(Clinic.id.in_([verdict.clinic_id for verdict in chosen]))
    query = query.options(selectinload(Clinic.checks), selectinload(Clinic.prices))
    clinics = {clinic.id: clinic for clinic in db.session.scalars(query)} if chosen else {}
    return [Proposal(clinics[verdict.clinic_id], verdict.reason, verdict.score) for verdict in chosen]


def refusals(request: QuoteRequest, clinics: list[Clinic]) -> dict[UUID, str]:
    """Returns the reason code of each of these clinics that cannot get the request now."""
    if not clinics:
        return {}
    facts, ids = request_facts(request), [clinic.id for clinic in clinics]
    found = {candidate.clinic_id: refusal(facts, candidate) for candidate in read_named(request, ids)}
    reasons = {clinic_id: found.get(clinic_id, "not_published") for clinic_id in ids}
    return {clinic_id: reason for clinic_id, reason in reasons.items() if reason}


@dataclass(frozen=True)
class Wanted:
    """Clinics by name, why some of them cannot get the request now, and what of the request was read with them."""

    clinics: list[Clinic] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)
    # Where there is no clinic, it was not read.
    photo_ids: tuple[UUID, ...] | None = None
    consent_texts: list[str] | None = None
    was_shown: bool = False


def wanted(request: QuoteRequest, clinic_ids: Select[UUID]) -> Wanted:
    """Returns the selected clinics with the reasons why they cannot get the request, by one statement."""
    facts, found = request_facts(request), read_facts(request, clinic_ids)
    if not found:
        return Wanted()
    refused = {each.clinic.id: reason for each in found if (reason := refusal(facts, each.candidate))}
    of_request = found[0]
    return Wanted(
        [each.clinic for each in found],
        refused,
        photo_ids=of_request.photo_ids,
        consent_texts=of_request.consent_texts,
        was_shown=of_request.was_shown,
    )


@ROUTING.time()
def consider(request: QuoteRequest) -> Considered:
    """Decides about every clinic that is looked at; reads only.

    These are the 200 best of the eligible, the clinic the request was started from, and the first 500 of the list of
    clinics in the wanted countries: in a smaller market all of them. Of the others only the number is known, as of the
    last count of listings: those of other countries, and `not_looked_at`.
    """
    facts = _facts(request)
    decided = _place(request, facts)
    seen = {verdict.clinic_id for verdict in decided}
    reasons = read_reasons(request, facts)
    further = [(clinic_id, reason) for clinic_id, reason in reasons.items() if clinic_id not in seen]
    passed = [Verdict(clinic_id, "passed_over", "ranked_lower") for clinic_id, reason in further if not reason]
    refused = [Verdict(clinic_id, "ineligible", reason) for clinic_id, reason in further if reason]
    refused += [verdict for verdict in decided if verdict.outcome == "ineligible"]
    placed = [verdict for verdict in decided if verdict.outcome != "ineligible"]
    verdicts = [*placed, *passed, *sorted(refused, key=lambda verdict: (verdict.reason, verdict.clinic_id))]
    # The clinic that the request was started from has a row of its own, however many others there are.
    verdicts.sort(key=lambda verdict: (verdict.outcome != "proposed", verdict.clinic_id != facts.first_clinic))
    return Considered(verdicts, _others(facts, verdicts, capped=len(reasons) == eligible.EXPLAINED))


def _others(facts: RequestFacts, verdicts: Iterable[Verdict], *, capped: bool) -> dict[str, int]:
    inside, outside = count_published(facts.destinations)
    seen = Counter(verdict.reason == "other_country" for verdict in verdicts)
    others = {"other_country": outside - seen[True], "not_looked_at": inside - seen[False] if capped else 0}
    return {reason: count for reason, count in others.items() if count > 0}


def _facts(request: QuoteRequest) -> RequestFacts:
    if request.state == RequestState.DRAFT:
        return request_facts(request)
    asked = db.session.scalars(select(Lead.clinic_id).where(Lead.request_id == request.id))
    return request_facts(request, already_asked=frozenset(asked))


def _place(request: QuoteRequest, facts: RequestFacts) -> list[Verdict]:
    """Verdicts on the best of the market and on the clinic that the request was started from, whatever it is."""
    best = read_best(request, facts)
    if facts.first_clinic is None or any(clinic.clinic_id == facts.first_clinic for clinic in best):
        return place(facts, best)
    first = read_named(request, [facts.first_clinic])
    refused = [
        Verdict(clinic.clinic_id, "ineligible", reason) for clinic in first if (reason := refusal(facts, clinic))
    ]
    return [*place(facts, [*best, *([] if refused else first)]), *refused]


# One statement for what was shown: its rows become those of the request as they are.
_KEEP = {
    "shown": "DELETE FROM routing_proposal WHERE request_id = :decided_request RETURNING *",
    "decided": (
        "INSERT INTO routing_decision (id, request_id, clinic_id, outcome, reason, rank, score, policy, decided_at)"
        " SELECT one.id, request_id, one.clinic_id, one.outcome, one.reason, one.rank, one.score, policy, decided_at"
        " FROM shown, jsonb_to_recordset(decisions)"
        " AS one (id uuid, clinic_id uuid, outcome text, reason text, rank bigint, score jsonb)"
    ),
    "counted": (
        "INSERT INTO routing_count (id, request_id, reason, count, policy, decided_at)"
        " SELECT one.id, request_id, one.reason, one.count, policy, decided_at"
        " FROM shown, jsonb_to_recordset(counts) AS one (id uuid, reason text, count bigint)"
    ),
}


def keep_decisions(request: QuoteRequest, *, was_shown: bool = False) -> None:
    """Records what was shown: a row for each proposed clinic and the next twenty, and a count by reason for all others.

    Where the person was shown nothing, it is decided now; `was_shown` says that there is something. A request that was
    sent before loses the record of that time.
    """
    if request.unconfirmed_at is not None:
        for model in (RoutingDecision, RoutingCount):
            db.session.execute(delete(model).where(model.request_id == request.id))
    if not was_shown and not db.session.scalar(select(exists().where(RoutingProposal.request_id == request.id))):
        show_proposals(request)
    gathering.execute(_KEEP, decided_request=request.id)


def forget_shown(request_id: UUID) -> None:
    """Deletes what the request's person was shown last."""
    db.session.execute(delete(RoutingProposal).where(RoutingProposal.request_id == request_id))
