"""The first quote is told at once; those that follow within GROUP_SECONDS share one email."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.mail import patient_quotes
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState

ENDS_WITHIN = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(minutes=15)


@queue.task(name="mail.quote_news", retry=AFTER_OUTAGE)
def tell(request_id: str) -> None:
    """One look at one request; runs in the worker, so it commits."""
    tell_now_or_later(UUID(request_id))
    db.session.commit()


def announce(event: Event) -> None:
    """A quote was sent: the job looks at all that is new (QuoteSent).

    No queueing lock here: a job that already waits may look before this transaction is committed.
    """
    defer(tell, request_id=str(event.request_id))


def tell_now_or_later(request_id: UUID) -> None:
    """Under the request's lock: mails what is new, or makes one appointment for it."""
    request = db.session.get(QuoteRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.state not in TAKES_QUOTES:
        return
    quotes = _untold(request)
    if not quotes:
        return
    now = clock.now()
    not_before = _not_before(request)
    if not_before is not None and now < not_before:
        defer(
            tell,
            schedule_at=not_before,
            queueing_lock=f"mail.quote_news:{request_id}",
            request_id=str(request_id),
        )
        return
    patient_quotes.quotes_arrived(request, quotes=quotes)
    request.quotes_mailed_at = now
    for quote in quotes:
        quote.mailed_at = now
    db.session.flush()


def sweep_untold(now: datetime) -> int:
    """Quotes whose job was lost get a new one; how many requests."""
    before = now - timedelta(seconds=current_app.config["GROUP_SECONDS"]) - FORGOTTEN_AFTER
    requests = db.session.scalars(
        select(Quote.request_id)
        .join(QuoteRequest, QuoteRequest.id == Quote.request_id)
        .join(Lead, Lead.id == Quote.lead_id)
        .where(Lead.state != LeadState.FROZEN)  # said once it thaws
        .where(Quote.state == QuoteState.SENT, Quote.mailed_at.is_(None), Quote.sent_at < before)
        .where(QuoteRequest.state.in_(TAKES_QUOTES))
        .distinct()
    ).all()
    for request_id in requests:
        defer(tell, request_id=str(request_id))
    return len(requests)


def remind_of_ending(now: datetime) -> int:
    """Quotes that end within seven days are announced, once each; how many were looked at."""
    quotes = db.session.scalars(
        select(Quote)
        .join(QuoteRequest, QuoteRequest.id == Quote.request_id)
        .join(Lead, Lead.id == Quote.lead_id)
        .where(Lead.state != LeadState.FROZEN)
        .where(Quote.state == QuoteState.SENT, QuoteRequest.state == RequestState.OPEN)
        .where(Quote.valid_until >= now.date(), Quote.valid_until <= (now + ENDS_WITHIN).date())
        # Who got the quote a moment ago knows when it ends.
        .where(Quote.sent_at < now - timedelta(days=1))
    ).all()
    for quote in quotes:
        patient_quotes.quote_ends(quote)
    return len(quotes)


def _untold(request: QuoteRequest) -> Sequence[Quote]:
    return db.session.scalars(
        select(Quote)
        .join(Lead, Lead.id == Quote.lead_id)
        .where(Lead.state != LeadState.FROZEN)
        .where(Quote.request_id == request.id, Quote.state == QuoteState.SENT, Quote.mailed_at.is_(None))
        .order_by(Quote.number)
    ).all()


def _not_before(request: QuoteRequest) -> datetime | None:
    if request.quotes_mailed_at is None:
        return None
    return request.quotes_mailed_at + timedelta(seconds=current_app.config["GROUP_SECONDS"])
