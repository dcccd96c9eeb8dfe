"""What a clinic reads of its own leads: its numbers, who shared health answers, what it deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.timeline import TimelineEntry
from marketplace.leads.models import Lead, RoutingDecision
from marketplace.quote_requests.models import Consent

LOOKING_BACK = timedelta(days=90)


@dataclass(frozen=True)
class Numbers:
    """One clinic's part in the last 90 days; `not_proposed` counts its routing decisions by reason code."""

    received: int
    answered: int
    won: int
    proposed: int
    not_proposed: dict[str, int]


def numbers(clinic_id: UUID) -> Numbers:
    """Requests received, answered and won, and why it was not proposed."""
    since = clock.now() - LOOKING_BACK
    counts = select(func.count(), func.count(Lead.answered_at), func.count(Lead.id).filter(Lead.state == "won"))
    received, answered, won = db.session.execute(counts.where(Lead.clinic_id == clinic_id, Lead.new_at > since)).one()
    n = func.count().label("n")
    query = select(RoutingDecision.outcome, RoutingDecision.reason, n)
    query = query.where(RoutingDecision.clinic_id == clinic_id, RoutingDecision.decided_at > since)
    rows = db.session.execute(query.group_by(RoutingDecision.outcome, RoutingDecision.reason).order_by(n.desc()))
    proposed, others = 0, dict[str, int]()
    for outcome, reason, times in rows:
        if outcome == "proposed":
            proposed += times
        else:
            others[reason] = others.get(reason, 0) + times
    return Numbers(received, answered, won, proposed, others)


def health_shared(leads: Sequence[Lead]) -> set[UUID]:
    """Which of these leads came with a consent, still standing, to read the health answers."""
    query = select(Lead.id).join(
        Consent, (Consent.request_id == Lead.request_id) & (Consent.clinic_id == Lead.clinic_id)
    )
    query = query.where(Lead.id.in_([lead.id for lead in leads]), Consent.with_health, Consent.withdrawn_at.is_(None))
    return set(db.session.scalars(query))


def deletion_confirmed_at(lead: Lead) -> datetime | None:
    """When the clinic said that its copy is gone."""
    query = select(func.min(TimelineEntry.at))
    return db.session.scalar(query.where(TimelineEntry.lead_id == lead.id, TimelineEntry.name == "DeletionConfirmed"))
