"""Reads leads by request or by clinic, and what a clinic reads of its own.

That is its numbers, what is shared with it, and which answers changed after sending: of those names and moments, no
values.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.roles import DatabaseRole, as_system, current_role
from marketplace.foundation.database.transactions import statements
from marketplace.foundation.problems import NotFound
from marketplace.leads.consent import lead_may_read
from marketplace.leads.deletion_duties import has_open_duty
from marketplace.leads.models import Lead, RoutingCount, RoutingDecision
from marketplace.leads.states import READING, LeadState
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, Purpose, RequestState

LOOKING_BACK = timedelta(days=90)
NEEDS = {"health": Purpose.HEALTH, "photos": Purpose.PHOTOS}
CHANGED = (AuditEntry.name == "RequestChanged") & AuditEntry.reason.is_not(None)


def leads_of(request: QuoteRequest) -> list[Lead]:
    """Returns all leads of a request with their clinics, in the order they were made."""
    query = select(Lead).where(Lead.request_id == request.id).options(joinedload(Lead.clinic)).order_by(Lead.id)
    return list(db.session.scalars(query))


def lead_of_clinic(clinic_id: UUID, ref: str) -> Lead:
    """Returns a clinic's own lead by the reference of its request. Raises NotFound, also for another clinic's."""
    query = select(Lead).join(Lead.request).where(Lead.clinic_id == clinic_id, QuoteRequest.ref == ref)
    lead = db.session.scalar(
        query.where(visible_to_clinic()).options(joinedload(Lead.request), joinedload(Lead.clinic))
    )
    lead = lead or _frozen_lead(clinic_id, ref)
    if lead is None:
        raise NotFound("lead")
    return lead


def _frozen_lead(clinic_id: UUID, ref: str) -> Lead | None:
    """Its request is closed to the clinic's role: only the system knows the reference."""
    query = select(Lead.id).join(Lead.request).where(QuoteRequest.ref == ref)
    with as_system():
        lead_id = db.session.scalar(query.where(Lead.clinic_id == clinic_id, Lead.state == LeadState.FROZEN))
    return db.session.get(Lead, lead_id) if lead_id is not None else None


def refs_of_frozen(clinic_id: UUID, lead_ids: Collection[UUID]) -> dict[UUID, str]:
    """Returns the references of those leads of the clinic that are frozen, in the order of the leads given.

    Their requests are closed to the clinic's role: the system reads them, beside the request.
    """
    if not lead_ids:
        return {}
    named = Lead.id == any_(literal(list(lead_ids), ARRAY(Uuid)))
    query = select(Lead.id, QuoteRequest.ref).join(Lead.request)
    query = query.where(named, Lead.clinic_id == clinic_id, Lead.state == LeadState.FROZEN)
    with statements() as connection:
        refs = {lead_id: ref for lead_id, ref in connection.execute(query)}
    return {lead_id: refs[lead_id] for lead_id in lead_ids if lead_id in refs}


def lead_with_clinic(request: QuoteRequest, clinic_slug: str) -> Lead:
    """Returns a request's lead at the clinic with this slug. Raises NotFound."""
    query = select(Lead).join(Lead.clinic).where(Lead.request_id == request.id, Clinic.slug == clinic_slug)
    lead = db.session.scalar(query.options(joinedload(Lead.clinic)))
    if lead is None:
        raise NotFound("lead")
    return lead


def visible_to_clinic() -> ColumnElement[bool]:
    """Condition on a lead: its dashboard shows it.

    An erased request is not shown, except to the clinic that has to confirm that its copy is deleted.
    """
    return (QuoteRequest.state != RequestState.ERASED) | (Lead.state == LeadState.REVOKED) | has_open_duty()


def decisions(request: QuoteRequest) -> list[RoutingDecision]:
    """Returns why each clinic was or was not proposed, best rank first, with the clinics."""
    query = select(RoutingDecision).where(RoutingDecision.request_id == request.id)
    return list(db.session.scalars(query.options(joinedload(RoutingDecision.clinic)).order_by(RoutingDecision.rank)))


def counts(request: QuoteRequest) -> dict[str, int]:
    """Returns how many further clinics were not proposed, by reason."""
    query = select(RoutingCount.reason, RoutingCount.count).where(RoutingCount.request_id == request.id)
    return {reason: count for reason, count in db.session.execute(query)}


def last_answer(lead: Lead) -> AuditEntry | None:
    """Returns the audit entry of the clinic's last quote, question or decline."""
    answers = AuditEntry.name.in_(("QuoteHeld", "QuestionAsked", "LeadDeclined"))
    query = select(AuditEntry).where(AuditEntry.request_id == lead.request_id, AuditEntry.lead_id == lead.id, answers)
    return db.session.scalar(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1))


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
    totals = select(func.count(), func.count(Lead.answered_at), func.count(Lead.id).filter(Lead.state == "won"))
    received, answered, won = db.session.execute(totals.where(Lead.clinic_id == clinic_id, Lead.new_at > since)).one()
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


def shared_purposes(lead: Lead) -> set[Purpose]:
    """Returns what else than the request itself the clinic's consent stands for now."""
    purposes = tuple(NEEDS.values())
    stand = db.session.execute(select(*map(lead_may_read, purposes)).where(Lead.id == lead.id)).one()
    return {purpose for purpose, stands in zip(purposes, stand, strict=True) if stands}


def changed_since(lead: Lead, moment: datetime) -> dict[str, datetime]:
    """Returns when each answer this clinic may read was last changed after the moment, in the order they are shown."""
    return changed_since_each(lead, [moment])[0]


def changed_since_each(lead: Lead, moments: Sequence[datetime]) -> list[dict[str, datetime]]:
    """Returns the same for several moments."""
    latest = latest_changes(lead.request)
    needed = {name for name in NEEDS if name in latest and latest[name] > min(moments)}
    may_read = {name: bool(shared([lead], NEEDS[name])) for name in needed}
    return [{name: latest[name] for name in names_changed(latest, moment, may_read=may_read)} for moment in moments]


def changes_seen_at(lead: Lead) -> datetime:
    """Returns when the clinic last opened the request, or got it."""
    return lead.changes_seen_at or lead.created_at


def unseen_changes(lead: Lead) -> dict[str, datetime]:
    """Returns what was changed since the clinic last opened the request, or got it."""
    return changed_since(lead, changes_seen_at(lead))


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


def returned_at(request: QuoteRequest) -> dict[UUID, datetime]:
    """Returns by lead when its clinic could go on again, after it could not for a while."""
    events = AuditEntry.name.in_(("LeadThawed", "ChosenClinicReturned"))
    query = select(AuditEntry.lead_id, func.max(AuditEntry.at)).where(AuditEntry.request_id == request.id, events)
    with as_system():
        rows = db.session.execute(query.group_by(AuditEntry.lead_id))
        return {lead_id: at for lead_id, at in rows if lead_id is not None}


def _may_read(lead: Lead, name: str) -> bool:
    return name not in NEEDS or bool(shared([lead], NEEDS[name]))


def names_changed(latest: Mapping[str, datetime], after: datetime, *, may_read: Mapping[str, bool]) -> list[str]:
    """Returns the names of the answers changed after a moment, in their order; `may_read` decides on those of NEEDS."""
    later = [name for name in READ_BY_CLINICS if name in latest and latest[name] > after]
    return [name for name in later if name not in NEEDS or may_read.get(name)]


def latest_changes(request: QuoteRequest) -> dict[str, datetime]:
    """Returns when each answer was last changed after sending; the record is the request's own: no clinic reads it."""
    query = select(AuditEntry.reason, func.max(AuditEntry.at)).where(AuditEntry.request_id == request.id, CHANGED)
    query, scope = query.group_by(AuditEntry.reason), current_role()
    if scope is not None and scope.role == DatabaseRole.CLINIC:
        # The team changes no answer: what is committed is all there is.
        with statements() as connection:
            rows = connection.execute(query).all()
    else:
        with nullcontext() if scope is not None and scope.role == DatabaseRole.PATIENT else as_system():
            rows = db.session.execute(query).all()
    return {str(name): at for name, at in rows}
