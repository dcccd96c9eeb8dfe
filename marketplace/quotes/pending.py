"""A quote that waits its few minutes before it goes out: found, released by a job, or cancelled."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue
from marketplace.foundation.database.transactions import lock_rows
from marketplace.foundation.problems import WrongState
from marketplace.leads import actions
from marketplace.leads.actions import mark_answered
from marketplace.leads.clocks import freeze, must_go_on
from marketplace.leads.events import ids
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.states import LeadState
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quotes.events import QuoteRevised, QuoteSent, QuoteWithdrawn
from marketplace.quotes.flags import close_items
from marketplace.quotes.models import QUOTE, Quote
from marketplace.quotes.queries import takes_quote
from marketplace.quotes.states import QuoteState

BATCH = 200


def pending_quote(lead: Lead) -> Quote | None:
    """Returns the lead's quote that waits for its few minutes, if there is one."""
    return db.session.scalar(select(Quote).where(Quote.lead_id == lead.id, Quote.state == QuoteState.HELD))


def cancel_pending(lead: Lead) -> None:
    """Cancels the pending quote, as if it had never been written. Raises WrongState once it has gone out."""
    must_go_on(lead)
    REQUEST.lock(lead.request)  # the release takes the same lock: one of the two comes first
    quote = pending_quote(lead)
    if quote is None:
        raise WrongState("quote_gone_out", gettext("The quote has gone out already. You can change or withdraw it"))
    QUOTE.move(quote, QuoteState.WITHDRAWN)
    close_items(quote)
    record(QuoteWithdrawn(**ids(lead), quote_id=quote.id, reason="undone"))


def freeze_answer(lead: Lead) -> None:
    """Cancels a pending quote, then freezes the lead. For a lead of a locked request."""
    quote = pending_quote(lead)
    if quote is not None:
        QUOTE.move(quote, QuoteState.WITHDRAWN)
        record(QuoteWithdrawn(**ids(lead), quote_id=quote.id, reason="frozen"))
    freeze(lead)


def decline_lead(lead: Lead, reason: str) -> None:
    """Declines the lead for a reason of the list.

    Raises Refused for another reason, WrongState while a quote is pending or where the lead cannot be declined.
    """
    must_go_on(lead)
    REQUEST.lock(lead.request)
    must_have_none_pending(lead)
    actions.decline(lead, reason)


def must_have_none_pending(lead: Lead) -> None:
    """Refuses while a quote of this clinic is pending. Raises WrongState."""
    if pending_quote(lead) is not None:
        raise WrongState("quote_held_already", gettext("A quote is about to go out. Undo it before you decline"))


def release(quote: Quote) -> None:
    """Sends a pending quote to the patient; where the request or the lead has ended meanwhile, it is withdrawn."""
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
    """Releases quotes whose job did not run in time and returns how many."""
    due = select(Quote).where(Quote.state == QuoteState.HELD, Quote.held_until <= now)
    quotes = db.session.scalars(due.order_by(Quote.held_until).limit(BATCH)).all()
    lock_rows(Clinic, [quote.lead.clinic_id for quote in quotes])
    lock_rows(QuoteRequest, [quote.request_id for quote in quotes])
    for quote in quotes:
        release(quote)
    return len(quotes)


@queue.task(name="quotes.release", retry=AFTER_OUTAGE, priority=5)
def release_pending(quote_id: str) -> None:
    """Releases a quote whose minutes are over, unless it was cancelled."""
    quote = db.session.get(Quote, UUID(quote_id))
    if quote is not None:
        release(quote)


def release_later(event: Event) -> None:
    """Schedules the release of a pending quote for when its minutes are over."""
    quote = db.session.get_one(Quote, event.quote_id)
    defer(release_pending, schedule_at=quote.held_until, quote_id=str(quote.id))
