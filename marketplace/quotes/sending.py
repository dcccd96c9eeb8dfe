"""A held quote is released when its minutes are over; a sent one ends on its last day."""

from datetime import datetime

from sqlalchemy import select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.locking import lock_rows
from marketplace.leads import clocks
from marketplace.leads.actions import ids, mark_answered
from marketplace.leads.deadlines import REPLY_WITHIN
from marketplace.leads.lifecycle import LEAD, move_back
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.quote_requests.lifecycle import REQUEST
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.drafting import takes_quote
from marketplace.quotes.events import QuoteExpired, QuoteRevised, QuoteSent, QuoteWithdrawn
from marketplace.quotes.flags import close_items
from marketplace.quotes.lifecycle import QUOTE
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState

BATCH = 200


def release(quote: Quote) -> None:
    """The patient may see it. Where the request or the lead has ended meanwhile, it is withdrawn."""
    lead = quote.lead
    lock_rows(Clinic, [lead.clinic_id])
    REQUEST.lock(lead.request)
    QUOTE.lock(quote)
    if quote.state != QuoteState.HELD:
        return
    LEAD.lock(lead)
    if not takes_quote(lead):
        QUOTE.move(quote, QuoteState.WITHDRAWN)
        close_items(quote)
        record(QuoteWithdrawn(**ids(lead), quote_id=quote.id, reason="request_ended"))
        return
    earlier = _sent_of(lead)
    if earlier is not None:
        QUOTE.move(earlier, QuoteState.SUPERSEDED)
        close_items(earlier)
    QUOTE.move(quote, QuoteState.SENT)
    if lead.state != LeadState.QUOTED:
        LEAD.move(lead, LeadState.QUOTED)
    mark_answered(lead)
    event = QuoteRevised if earlier is not None else QuoteSent
    record(event(**ids(lead), quote_id=quote.id))


def _sent_of(lead: Lead) -> Quote | None:
    return db.session.scalar(select(Quote).where(Quote.lead_id == lead.id, Quote.state == QuoteState.SENT))


def release_due(now: datetime) -> int:
    """The net below the job: whatever waited longer than it should."""
    due = select(Quote).where(Quote.state == QuoteState.HELD, Quote.held_until <= now)
    quotes = db.session.scalars(due.order_by(Quote.held_until).limit(BATCH)).all()
    lock_rows(Clinic, [quote.lead.clinic_id for quote in quotes])
    lock_rows(QuoteRequest, [quote.request_id for quote in quotes])
    for quote in quotes:
        release(quote)
    return len(quotes)


def expire_due(now: datetime) -> int:
    """The day after the last one it is no longer to be chosen; the clinic may quote anew."""
    over = select(Quote).where(Quote.state == QuoteState.SENT, Quote.valid_until < now.date())
    quotes = db.session.scalars(over.limit(BATCH)).all()
    lock_rows(QuoteRequest, [quote.request_id for quote in quotes])
    for quote in quotes:
        QUOTE.lock(quote)
        if quote.state != QuoteState.SENT:  # chosen or withdrawn while we waited
            continue
        QUOTE.move(quote, QuoteState.EXPIRED)
        _quotes_anew(quote.lead)
        record(QuoteExpired(**ids(quote.lead), quote_id=quote.id))
    return len(quotes)


def _quotes_anew(lead: Lead) -> None:
    """Its clinic may quote once more; a frozen one once it thaws."""
    LEAD.lock(lead)
    if lead.state == LeadState.QUOTED:
        move_back(lead, LeadState.OPENED)
        clocks.start_anew(lead)
    elif lead.state == LeadState.FROZEN and lead.state_before_freeze == LeadState.QUOTED:
        lead.state_before_freeze = LeadState.OPENED
        lead.time_left, lead.reminded_at = int(REPLY_WITHIN.total_seconds()), None
