"""What a clinic reads of its own leads: its numbers, what patients share with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.consent_rows import lead_may_read
from marketplace.leads.models import Lead, RoutingDecision
from marketplace.quote_requests.states import Purpose

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


def shared(leads: Sequence[Lead], purpose: Purpose) -> set[UUID]:
    """Of which of these leads the clinic's consent to the purpose stands now."""
    query = select(Lead.id).where(Lead.id.in_([lead.id for lead in leads]), lead_may_read(purpose))
    return set(db.session.scalars(query))
