"""Reads leads by request or by clinic."""

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.problems import NotFound
from marketplace.leads.deletion_duties import has_open_duty
from marketplace.leads.models import Lead, RoutingCount, RoutingDecision
from marketplace.leads.states import LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

# The lists of an inbox; a request whose quote is held waits, too (quotes/inbox.py).
TABS: dict[str, tuple[LeadState, ...]] = {
    "new": (LeadState.NEW, LeadState.OPENED, LeadState.EXPIRED),
    "waiting": (LeadState.ASKED,),
    "quoted": (LeadState.QUOTED,),
    "won": (LeadState.WON,),
    "closed": (LeadState.DECLINED, LeadState.LOST, LeadState.REVOKED),
}


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
    return next((lead for lead, of in frozen_leads(clinic_id).items() if of == ref), None)


def frozen_leads(clinic_id: UUID) -> dict[Lead, str]:
    """Returns a clinic's frozen leads with the references of their requests, newest first."""
    query = select(Lead.id, QuoteRequest.ref).join(Lead.request)
    query = query.where(Lead.clinic_id == clinic_id, Lead.state == LeadState.FROZEN).order_by(Lead.id.desc())
    with as_system():
        refs = {lead_id: ref for lead_id, ref in db.session.execute(query)}
    leads = db.session.scalars(select(Lead).where(Lead.id.in_(refs)).order_by(Lead.id.desc()))
    return {lead: refs[lead.id] for lead in leads}


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
