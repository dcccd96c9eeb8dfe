"""What a patient changed after sending, and which clinics were told of each change or have seen it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.leads.models import Lead
from marketplace.leads.queries import changed_since, leads_of
from marketplace.leads.states import READING
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES


@dataclass(frozen=True)
class Told:
    """One clinic that reads a changed answer: when it was told or looked; None while its email is about to go."""

    lead: Lead
    told_at: datetime | None
    saw_at: datetime | None


@dataclass(frozen=True)
class Change:
    """An answer that was changed, when it was last, and the clinics that read it."""

    name: str
    at: datetime
    clinics: list[Told]


def changes_told(request: QuoteRequest) -> list[Change]:
    """Returns the changed answers in the order they are shown, each with the clinics that read it now."""
    mailed = _mailed_at(request)
    found: dict[str, Change] = {}
    for lead in leads_of(request):
        if lead.state not in READING:
            continue
        for name, at in changed_since(lead, lead.created_at).items():
            told = _told(lead, at, mailed)
            if told is not None:
                found.setdefault(name, Change(name, at, [])).clinics.append(told)
    return [found[name] for name in READ_BY_CLINICS if name in found]


def _told(lead: Lead, at: datetime, mailed: Mapping[UUID, datetime]) -> Told | None:
    told_at, saw_at = mailed.get(lead.id), lead.changes_seen_at
    told_at, saw_at = (moment if moment is not None and moment >= at else None for moment in (told_at, saw_at))
    if told_at is None and saw_at is None and lead.request.state not in TAKES_QUOTES:
        return None
    return Told(lead, told_at, saw_at)


def _mailed_at(request: QuoteRequest) -> dict[UUID, datetime]:
    """Returns by lead when the last email about changes went to its clinic."""
    told = (AuditEntry.request_id == request.id) & (AuditEntry.name == "ClinicToldOfChanges")
    query = select(AuditEntry.lead_id, func.max(AuditEntry.at)).where(told).group_by(AuditEntry.lead_id)
    return {lead_id: at for lead_id, at in db.session.execute(query) if lead_id is not None}
