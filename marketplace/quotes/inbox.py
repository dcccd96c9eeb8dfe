"""Lists a clinic's requests: what waits for the clinic, what waits for others, what is over; all of them as CSV."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import joinedload

from marketplace.catalogue.models import Procedure
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.paging import Page, page_range
from marketplace.foundation.values.money import precision, whole_units
from marketplace.leads.events import LeadsExported
from marketplace.leads.messages import PATIENT, is_unread
from marketplace.leads.models import Lead
from marketplace.leads.queries import TABS, frozen_leads, visible_to_clinic
from marketplace.leads.states import LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import standing
from marketplace.quotes.states import QuoteState

PAGE = 25
UNREAD = "unread"  # counted beside the tabs: requests in any of them


def inbox(clinic_id: UUID, *, tab: str | None, unread: bool = False, page: int = 1) -> Page[Lead]:
    """Returns one page of the requests behind a tab, or of all, those due first at the top.

    `unread` keeps those with an unread message.
    """
    wanted = and_(_of_clinic(clinic_id), *([_behind(tab)] if tab else []), *([is_unread(PATIENT)] if unread else []))
    joined = select(Lead).join(Lead.request).where(wanted)
    total = db.session.scalar(select(func.count()).select_from(Lead).join(Lead.request).where(wanted)) or 0
    at = page_range(total, wanted=page, size=PAGE)
    query = joined.options(joinedload(Lead.request).joinedload(QuoteRequest.procedure))
    order = (Lead.due_at, Lead.id) if tab in {"new", "waiting"} else (Lead.due_at.desc(), Lead.id)
    return at.shown(db.session.scalars(at.of(query.order_by(*order))))


def tab_counts(clinic_id: UUID) -> dict[str, int]:
    """Counts the requests behind each tab, and those with an unread message, as `inbox` lists them."""
    rules = {tab: _behind(tab) for tab in TABS} | {UNREAD: is_unread(PATIENT)}
    counts = (func.count().filter(rule).label(name) for name, rule in rules.items())
    query = select(*counts).select_from(Lead).join(Lead.request).where(_of_clinic(clinic_id))
    return dict(db.session.execute(query).one()._mapping)


def pending_until(lead_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Returns when the pending quote of each of these leads goes to the patient."""
    query = select(Quote.lead_id, Quote.held_until).where(Quote.state == QuoteState.HELD)
    rows = db.session.execute(query.where(Quote.lead_id.in_(list(lead_ids))))
    return {lead_id: held_until for lead_id, held_until in rows}


def _of_clinic(clinic_id: UUID) -> ColumnElement[bool]:
    return (Lead.clinic_id == clinic_id) & visible_to_clinic()


def _behind(tab: str) -> ColumnElement[bool]:
    """Whoever has written a quote has answered, although it is held for its minutes."""
    in_state = Lead.state.in_(TABS[tab])
    held = exists().where(Quote.lead_id == Lead.id, Quote.state == QuoteState.HELD)
    if tab == "new":
        return in_state & ~held
    if tab == "waiting":
        return or_(in_state, Lead.state.in_(TABS["new"]) & held)
    return in_state


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
    any_frozen = any(row.ref is None for row in rows)
    frozen = {lead.id: ref for lead, ref in frozen_leads(clinic_id).items()} if any_frozen else {}
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
