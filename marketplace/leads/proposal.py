"""Proposes clinics for a request, records why, and offers clinics to a request that found none."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import selectinload

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.leads.candidates import count_in_other_countries, read_candidates, request_facts
from marketplace.leads.models import Lead, RoutingCount, RoutingDecision
from marketplace.leads.routing import DETAILED, POLICY, Verdict, decide, refusal
from marketplace.quote_requests.events import ClinicsAvailable
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState


@dataclass(frozen=True)
class Proposal:
    """A clinic that the patient may tick, with the reason and the parts of its score."""

    clinic: Clinic
    reason: str
    rank: int
    score: dict[str, float]


@dataclass(frozen=True)
class Proposed:
    """Up to five proposals, how many clinics were considered, and the reasons why the others are not among them."""

    proposals: list[Proposal]
    considered: int
    counts: dict[str, int]


def propose(request: QuoteRequest) -> Proposed:
    """Proposes clinics for a request; reads only, the record is written when the request is sent."""
    verdicts = _verdicts(request)
    chosen = [verdict for verdict in verdicts if verdict.outcome == "proposed"]
    clinics = _clinics(chosen)
    counts = Counter(verdict.reason for verdict in verdicts if verdict.outcome != "proposed")
    if outside := count_in_other_countries(request):
        counts["other_country"] += outside
    proposals = [Proposal(clinics[v.clinic_id], v.reason, rank, v.score) for rank, v in enumerate(chosen, start=1)]
    return Proposed(proposals, considered=len(chosen) + counts.total(), counts=dict(counts))


def refusals(request: QuoteRequest, clinics: list[Clinic]) -> dict[UUID, str]:
    """Returns the reason code of each of these clinics that cannot get the request now."""
    facts = request_facts(request)
    found = {
        candidate.clinic_id: refusal(facts, candidate) for candidate in read_candidates(request, among=_ids(clinics))
    }
    reasons = {clinic.id: found.get(clinic.id, "not_published") for clinic in clinics}
    return {clinic_id: reason for clinic_id, reason in reasons.items() if reason}


def _ids(clinics: list[Clinic]) -> list[UUID]:
    return [clinic.id for clinic in clinics]


def keep_decisions(request: QuoteRequest) -> None:
    """Records a row for each proposed clinic and the next twenty, and a count by reason for all others."""
    verdicts = _verdicts(request)
    proposed = sum(verdict.outcome == "proposed" for verdict in verdicts)
    detailed, rest = verdicts[: proposed + DETAILED], verdicts[proposed + DETAILED :]
    for model in (RoutingDecision, RoutingCount):
        db.session.execute(delete(model).where(model.request_id == request.id))
    db.session.add_all(_row(request, verdict, rank) for rank, verdict in enumerate(detailed, start=1))
    counts = Counter(verdict.reason for verdict in rest)
    if outside := count_in_other_countries(request):
        counts["other_country"] += outside
    for reason, count in counts.items():
        db.session.add(
            RoutingCount(request_id=request.id, reason=reason, count=count, policy=POLICY, decided_at=clock.now())
        )
    db.session.flush()


def _verdicts(request: QuoteRequest) -> list[Verdict]:
    asked = db.session.scalars(select(Lead.clinic_id).where(Lead.request_id == request.id))
    return decide(request_facts(request, already_asked=frozenset(asked)), read_candidates(request))


def _clinics(verdicts: list[Verdict]) -> dict[UUID, Clinic]:
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


NOT_BEFORE = timedelta(hours=1)  # after confirming: the page has just said that there is none
AGAIN_AFTER = timedelta(days=7)
BATCH = 50


def offer_clinics_due(now: datetime) -> int:
    """Tells patients whose request found no clinic that one fits now, and returns how many were told.

    Nothing is sent without consent: the email leads to the page where clinics are chosen.
    """
    waiting = (
        select(QuoteRequest)
        .where(
            QuoteRequest.state == RequestState.OPEN,
            QuoteRequest.open_at < now - NOT_BEFORE,
            or_(QuoteRequest.offered_at.is_(None), QuoteRequest.offered_at < now - AGAIN_AFTER),
            ~exists().where(Lead.request_id == QuoteRequest.id),
        )
        .order_by(func.random())  # whom nothing fits does not stand before the others
        .with_for_update(skip_locked=True)
        .limit(BATCH)
    )
    offered = [request for request in db.session.scalars(waiting).all() if propose(request).proposals]
    for request in offered:
        request.offered_at = now
        record(ClinicsAvailable(request_id=request.id))
    return len(offered)
