"""Lists a clinic's requests: what waits for the clinic, what waits for others, what is over."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.foundation.paging import Page, page_range
from marketplace.leads.messages import PATIENT, is_unread
from marketplace.leads.models import Lead
from marketplace.leads.queries import TABS, visible_to_clinic
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.models import Quote
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
