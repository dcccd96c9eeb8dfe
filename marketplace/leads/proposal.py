"""What routing says of a request, and the record of it."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.candidates import candidates, elsewhere, wish_of
from marketplace.leads.models import Lead, RoutingCount, RoutingDecision
from marketplace.leads.routing import DETAILED, POLICY, Verdict, decide, refusal
from marketplace.quote_requests.models import QuoteRequest


@dataclass(frozen=True)
class Proposal:
    """A clinic the patient may tick, with its reason and the parts of its score."""

    clinic: Clinic
    reason: str
    rank: int
    score: dict[str, float]


@dataclass(frozen=True)
class Proposed:
    """Up to five proposals; how many clinics were considered; why the others are not among them."""

    proposals: list[Proposal]
    considered: int
    counts: dict[str, int]


def propose(request: QuoteRequest) -> Proposed:
    """Reads only: the record is written when the request is sent."""
    verdicts = _verdicts(request)
    chosen = [verdict for verdict in verdicts if verdict.outcome == "proposed"]
    clinics = _clinics(chosen)
    counts = Counter(verdict.reason for verdict in verdicts if verdict.outcome != "proposed")
    if outside := elsewhere(request):
        counts["other_country"] += outside
    proposals = [Proposal(clinics[v.clinic_id], v.reason, rank, v.score) for rank, v in enumerate(chosen, start=1)]
    return Proposed(proposals, considered=len(chosen) + counts.total(), counts=dict(counts))


def refusals(request: QuoteRequest, clinics: list[Clinic]) -> dict[UUID, str]:
    """Which of these clinics cannot get the request now, each with the reason's code; the others can."""
    wish = wish_of(request)
    found = {candidate.clinic_id: refusal(wish, candidate) for candidate in candidates(request, among=_ids(clinics))}
    reasons = {clinic.id: found.get(clinic.id, "not_published") for clinic in clinics}
    return {clinic_id: reason for clinic_id, reason in reasons.items() if reason}


def _ids(clinics: list[Clinic]) -> list[UUID]:
    return [clinic.id for clinic in clinics]


def keep_decisions(request: QuoteRequest) -> None:
    """A row for each clinic proposed and the next twenty, a count by reason for all the rest."""
    verdicts = _verdicts(request)
    proposed = sum(verdict.outcome == "proposed" for verdict in verdicts)
    detailed, rest = verdicts[: proposed + DETAILED], verdicts[proposed + DETAILED :]
    for model in (RoutingDecision, RoutingCount):
        db.session.execute(delete(model).where(model.request_id == request.id))
    db.session.add_all(_row(request, verdict, rank) for rank, verdict in enumerate(detailed, start=1))
    counts = Counter(verdict.reason for verdict in rest)
    if outside := elsewhere(request):
        counts["other_country"] += outside
    for reason, n in counts.items():
        db.session.add(RoutingCount(request_id=request.id, reason=reason, n=n, policy=POLICY, decided_at=clock.now()))
    db.session.flush()


def _verdicts(request: QuoteRequest) -> list[Verdict]:
    asked = db.session.scalars(select(Lead.clinic_id).where(Lead.request_id == request.id))
    return decide(wish_of(request, already_asked=frozenset(asked)), candidates(request))


def _clinics(verdicts: list[Verdict]) -> dict[object, Clinic]:
    query = select(Clinic).where(Clinic.id.in_([verdict.clinic_id for verdict in verdicts]))
    query = query.options(selectinload(Clinic.checks), selectinload(Clinic.prices))
    return {clinic.id: clinic for clinic in db.session.scalars(query)}


def _row(request: QuoteRequest, verdict: Verdict, rank: int) -> RoutingDecision:
    return RoutingDecision(
        request_id=request.id,
        clinic_id=verdict.clinic_id,
        outcome=verdict.outcome,
        reason=verdict.reason,
        rank=rank,
        score=verdict.score,
        policy=POLICY,
        decided_at=clock.now(),
    )
