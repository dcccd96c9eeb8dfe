"""All of a clinic's requests as lines of a CSV file."""

from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select, true

from marketplace.catalogue.models import Procedure
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.values.money import precision, whole_units
from marketplace.leads.events import LeadsExported
from marketplace.leads.models import Lead
from marketplace.leads.queries import refs_of_frozen, visible_to_clinic
from marketplace.leads.states import LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import standing

MAX_ROWS = 10_000  # the newest; held in memory at once, which is 2 MB


@dataclass(frozen=True)
class ExportedLead:
    """One line of the CSV; moments are UTC, money is in whole units of its currency."""

    reference: str
    state: str
    procedure: str
    home_country: str
    languages: str
    came_at: str
    due_at: str
    opened_at: str
    answered_at: str
    quote_number: int | str
    quote_total: str
    quote_currency: str
    quote_state: str


COLUMNS = [field.name for field in fields(ExportedLead)]


def export_leads(clinic_id: UUID) -> list[tuple[Any, ...]]:
    """Returns the clinic's leads, newest first, each with its standing quote, and records that they were exported."""
    rows = db.session.execute(_query(clinic_id)).all()
    record(LeadsExported(clinic_id=clinic_id))
    frozen = refs_of_frozen(clinic_id, [row.id for row in rows if row.ref is None])
    return [astuple(_line(row, ref=row.ref or frozen.get(row.id, ""))) for row in rows]


def _query(clinic_id: UUID) -> Select[*tuple[Any, ...]]:
    quoted = select(Quote.number, Quote.total, Quote.currency, Quote.state.label("quote_state"))
    latest = standing(quoted.where(Quote.lead_id == Lead.id)).lateral("standing")
    wishes = (QuoteRequest.home_country, QuoteRequest.languages, Procedure.slug.label("procedure"))
    times = (Lead.new_at, Lead.due_at, Lead.opened_at, Lead.answered_at)
    query = select(QuoteRequest.ref, Lead.id, Lead.state, *wishes, *times, latest).select_from(Lead)
    # The requests of frozen leads are closed to the clinic: of those only reference and times are in the file.
    query = query.outerjoin(QuoteRequest, QuoteRequest.id == Lead.request_id)
    query = query.outerjoin(Procedure, Procedure.id == QuoteRequest.procedure_id).outerjoin(latest, true())
    query = query.where(Lead.clinic_id == clinic_id, or_(visible_to_clinic(), Lead.state == LeadState.FROZEN))
    return query.order_by(Lead.new_at.desc(), Lead.id.desc()).limit(MAX_ROWS)


def _line(row: Row[*tuple[Any, ...]], *, ref: str) -> ExportedLead:
    # Where consent was revoked, what the patient asked for is left out.
    kept = row.state not in {LeadState.REVOKED, LeadState.FROZEN}
    return ExportedLead(
        reference=ref,
        state=row.state,
        procedure=(row.procedure or "") if kept else "",
        home_country=(row.home_country or "") if kept else "",
        languages=";".join(row.languages or ()) if kept else "",
        came_at=_moment(row.new_at),
        due_at=_moment(row.due_at),
        opened_at=_moment(row.opened_at),
        answered_at=_moment(row.answered_at),
        quote_number=row.number or "",
        quote_total=_money(row.total, row.currency),
        quote_currency=row.currency or "",
        quote_state=row.quote_state or "",
    )


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{whole_units(minor, currency):.{precision(currency)}f}"
