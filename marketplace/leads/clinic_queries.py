"""What a clinic reads of its own leads: its numbers, what is shared with it, which answers changed after sending.

Of changed answers it reads names and moments, no values.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.roles import as_system
from marketplace.leads.consent import lead_may_read
from marketplace.leads.models import Lead, RoutingDecision
from marketplace.leads.queries import leads_of
from marketplace.leads.states import READING
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, Purpose

LOOKING_BACK = timedelta(days=90)


@dataclass(frozen=True)
class Numbers:
    """A clinic's figures of the last 90 days; `not_proposed` counts its routing decisions by reason code."""

    received: int
    answered: int
    won: int
    proposed: int
    not_proposed: dict[str, int]


def numbers(clinic_id: UUID) -> Numbers:
    """Counts the requests a clinic received, answered and won, and the reasons why it was not proposed."""
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


NEEDS = {"health": Purpose.HEALTH, "photos": Purpose.PHOTOS}


def changed_since(lead: Lead, moment: datetime) -> dict[str, datetime]:
    """Returns when each answer this clinic may read was last changed after the moment, in the order they are shown."""
    latest = _latest(lead.request, after=moment)
    return {name: latest[name] for name in READ_BY_CLINICS if name in latest and _may_read(lead, name)}


def unseen_changes(lead: Lead) -> dict[str, datetime]:
    """Returns what was changed since the clinic last opened the request, or got it."""
    return changed_since(lead, lead.changes_seen_at or lead.created_at)


def mark_changes_seen(lead: Lead) -> None:
    """Notes that the clinic's page shows the changes; writes nothing where there is nothing new."""
    if unseen_changes(lead):
        lead.changes_seen_at = clock.now()
        db.session.flush()


def leads_to_notify(request: QuoteRequest, changed: Collection[str]) -> list[Lead]:
    """Returns the leads whose clinics may read one of the changed answers now."""
    if request.state not in TAKES_QUOTES:
        return []
    read = [name for name in READ_BY_CLINICS if name in changed]
    leads = [lead for lead in leads_of(request) if lead.state in READING]
    return [lead for lead in leads if any(_may_read(lead, name) for name in read)]


def _may_read(lead: Lead, name: str) -> bool:
    return name not in NEEDS or bool(shared([lead], NEEDS[name]))


def _latest(request: QuoteRequest, *, after: datetime) -> Mapping[str, datetime]:
    """The record is the request's own: no clinic's role reads it."""
    query = select(AuditEntry.reason, func.max(AuditEntry.at)).where(
        AuditEntry.request_id == request.id, AuditEntry.name == "RequestChanged", AuditEntry.at > after
    )
    with as_system():
        return {name: at for name, at in db.session.execute(query.group_by(AuditEntry.reason)) if name is not None}
