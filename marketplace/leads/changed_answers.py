"""Which answers the patient changed after sending, as far as a clinic may read them: names and moments, no values."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.roles import as_system
from marketplace.leads.clinic_desk import shared
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_of
from marketplace.leads.states import READING
from marketplace.quote_requests.changes import READ_BY_CLINICS
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, Purpose

NEEDS = {"health": Purpose.HEALTH, "photos": Purpose.PHOTOS}


def changed_since(lead: Lead, moment: datetime) -> dict[str, datetime]:
    """When each answer this clinic may read was last changed after the moment, in the order they are shown."""
    latest = _latest(lead.request, after=moment)
    return {name: latest[name] for name in READ_BY_CLINICS if name in latest and _may_read(lead, name)}


def unseen(lead: Lead) -> dict[str, datetime]:
    """What was changed since the clinic last opened the request, or got it."""
    return changed_since(lead, lead.changes_seen_at or lead.created_at)


def note_seen(lead: Lead) -> None:
    """The clinic's page shows what was changed; a look at nothing new is not written down."""
    if unseen(lead):
        lead.changes_seen_at = clock.now()
        db.session.flush()


def told_of(request: QuoteRequest, changed: Collection[str]) -> list[Lead]:
    """The leads whose clinics read one of these answers now, and so are told that it changed."""
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
