"""Reads quotes by the request or the lead they belong to, and what changed between two versions of one."""

from typing import Any, TypeVar
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from marketplace.extensions import db
from marketplace.foundation.problems import NotFound
from marketplace.leads.models import Lead
from marketplace.leads.queries import changed_since
from marketplace.leads.states import QUOTABLE, LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState
from marketplace.quotes.terms import FIELDS, STORED

Quotes = TypeVar("Quotes", bound=Select[*tuple[Any, ...]])
COMPARABLE = (QuoteState.SENT, QuoteState.CHOSEN, QuoteState.NOT_CHOSEN)
_WITH = joinedload(Quote.lead).joinedload(Lead.clinic), joinedload(Quote.procedure)


def of_request(request: QuoteRequest, number: int) -> Quote:
    """Returns a quote that the patient was sent, by its number. Raises NotFound, also for a pending one."""
    query = select(Quote).where(Quote.request_id == request.id, Quote.number == number, Quote.sent_at.is_not(None))
    quote = db.session.scalar(query.options(*_WITH))
    if quote is None:
        raise NotFound("quote")
    return quote


def newest_of(quote: Quote) -> Quote:
    """Returns the clinic's quote that is open to the patient now; the given one where none is."""
    query = select(Quote).where(Quote.lead_id == quote.lead_id, Quote.state == QuoteState.SENT)
    return db.session.scalar(query.options(*_WITH)) or quote


def sent_quotes(request: QuoteRequest) -> list[Quote]:
    """Returns the quotes the patient may compare, in the order they came."""
    query = select(Quote).where(Quote.request_id == request.id, Quote.state.in_(COMPARABLE))
    return list(db.session.scalars(query.options(*_WITH).order_by(Quote.number)))


def can_be_chosen(quote: Quote) -> bool:
    """Whether the quote is open and its clinic may go on with the request."""
    return quote.state == QuoteState.SENT and quote.lead.state == LeadState.QUOTED


def stands(quote: Quote) -> bool:
    """Whether the quote counts in a comparison; after a choice the others stay as they were."""
    return can_be_chosen(quote) or quote.lead.state == LeadState.WON or quote.lead.state_before_loss is not None


def withdrawn_quotes(request: QuoteRequest) -> dict[UUID, Quote]:
    """Returns by lead the quote that its clinic withdrew last, where none took its place."""
    query = select(Quote).where(Quote.request_id == request.id, Quote.sent_at.is_not(None))
    latest = {quote.lead_id: quote for quote in db.session.scalars(query.order_by(Quote.number))}
    return {lead_id: quote for lead_id, quote in latest.items() if quote.state == QuoteState.WITHDRAWN}


def why_lost(lead: Lead) -> str:
    """Returns how a lost lead ended whose quote was not declined: `chosen_other`, `closed` or `expired`."""
    if lead.state_before_loss is not None:
        return "chosen_other"
    return "expired" if lead.request.state == RequestState.EXPIRED else "closed"


def latest_for_lead(lead: Lead) -> Quote | None:
    """Returns the clinic's newest quote, pending or sent."""
    query = select(Quote).where(Quote.lead_id == lead.id, Quote.state != QuoteState.SUPERSEDED)
    return db.session.scalar(query.options(joinedload(Quote.procedure)).order_by(Quote.number.desc()).limit(1))


def standing(quotes: Quotes) -> Quotes:
    """Narrows a selection of a lead's quotes to the one that holds: the pending one, else the last sent."""
    held_or_sent = or_(Quote.state == QuoteState.HELD, Quote.sent_at.is_not(None))
    return quotes.where(Quote.state != QuoteState.SUPERSEDED, held_or_sent).order_by(Quote.number.desc()).limit(1)


def standing_for_lead(lead: Lead) -> Quote | None:
    """Returns the quote that holds, if the clinic gave one."""
    query = select(Quote).where(Quote.lead_id == lead.id).options(joinedload(Quote.procedure))
    return db.session.scalar(standing(query))


def takes_quote(lead: Lead) -> bool:
    """Whether a quote may be given: neither the request nor the lead has ended."""
    return lead.request.state in TAKES_QUOTES and lead.state in QUOTABLE


CHANGES = {
    "price": _l("the price"),
    "treatment": _l("the treatment or product"),
    "trips": _l("sessions and trips"),
    "people": _l("who treats you"),
    "deposit": _l("the deposit or refund"),
    "included": _l("what is included"),
    "dates": _l("dates"),
}


def what_changed(before: Quote, after: Quote) -> list[str]:
    """Returns the kinds of differences in the reader's language; empty where only words to the patient differ."""
    changed = {FIELDS[name].group.change for name in fields_changed(before, after)}
    return [str(words) for change, words in CHANGES.items() if change in changed]


def fields_changed(before: Quote, after: Quote) -> set[str]:
    """Returns the names of the fields that differ between two versions; words to one patient are not among them."""
    return {name for name in STORED if getattr(before, name) != getattr(after, name)}


def version_before(quote: Quote) -> Quote | None:
    """Returns the version that its patient was sent before this one of the same clinic, if there was one."""
    query = select(Quote).where(is_version_before(Quote, lead_id=quote.lead_id, number=quote.number))
    return db.session.scalar(query.options(*_WITH).order_by(Quote.number.desc()).limit(1))


def is_version_before(
    earlier: type[Quote], *, lead_id: UUID | InstrumentedAttribute[UUID], number: int | InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Condition on a quote: the same clinic sent it earlier, and replaced it."""
    replaced = earlier.state == QuoteState.SUPERSEDED
    return (earlier.lead_id == lead_id) & (earlier.number < number) & replaced & earlier.sent_at.is_not(None)


def changed_after(quote: Quote) -> list[str]:
    """Returns the names of the answers that changed after the quote was written, of those the clinic may read."""
    return list(changed_since(quote.lead, quote.written_at))
