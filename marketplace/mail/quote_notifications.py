"""Tells patients of quotes: the first at once, those that follow within GROUP_SECONDS in one email; no amounts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event
from marketplace.foundation.database.queue import AFTER_OUTAGE, defer, queue
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.mail import patient_emails
from marketplace.mail.email_text import day, short_day
from marketplace.mail.links import RequestLink
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import what_changed
from marketplace.quotes.states import QuoteState

ENDS_WITHIN = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(minutes=15)


@queue.task(name="mail.quote_news", retry=AFTER_OUTAGE)
def send_job(request_id: str) -> None:
    """Sends what is new about one request's quotes, or schedules it; runs in the worker, so it commits."""
    send_or_reschedule(UUID(request_id))
    db.session.commit()


def schedule(event: Event) -> None:
    """Queues the job that notifies the patient of everything new (QuoteSent).

    No queueing lock here: a job that already waits may look before this transaction is committed.
    """
    defer(send_job, request_id=str(event.request_id))


def send_or_reschedule(request_id: UUID) -> None:
    """Mails what is new under the request's lock, or schedules one job for the time when the next email may go."""
    request = db.session.get(QuoteRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.state not in TAKES_QUOTES:
        return
    quotes = _unnotified(request)
    if not quotes:
        return
    now = clock.now()
    not_before = _not_before(request)
    if not_before is not None and now < not_before:
        defer(
            send_job,
            schedule_at=not_before,
            queueing_lock=f"mail.quote_news:{request_id}",
            request_id=str(request_id),
        )
        return
    quotes_arrived(request, quotes=quotes)
    request.quotes_mailed_at = now
    for quote in quotes:
        quote.mailed_at = now
    db.session.flush()


def sweep_unnotified(now: datetime) -> int:
    """Queues quotes whose job was lost again; returns how many requests."""
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
        defer(send_job, request_id=str(request_id))
    return len(requests)


def remind_of_ending(now: datetime) -> int:
    """Reminds of quotes that end within seven days, once each; returns how many were looked at."""
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
        quote_ends(quote)
    return len(quotes)


def _unnotified(request: QuoteRequest) -> Sequence[Quote]:
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


def quotes_arrived(request: QuoteRequest, *, quotes: Sequence[Quote]) -> None:
    """New and changed quotes, one or several in one email; called under the request's lock.

    One leads to itself, several to where they stand side by side.
    """
    known = [_last_mailed(quote) for quote in quotes]
    rows = [_row(quote, request, known=earlier) for quote, earlier in zip(quotes, known, strict=True)]
    context = {
        "news": [row for row, earlier in zip(rows, known, strict=True) if earlier is None],
        "changes": [row for row, earlier in zip(rows, known, strict=True) if earlier is not None],
        "n": len(rows),
        "only": rows[0] if len(rows) == 1 else None,
    }
    path = f"quotes/{quotes[0].number}" if len(quotes) == 1 else "compare"
    patient_emails.put("quotes_arrived", request, context=context, link=RequestLink(request, path))


def quote_ends(quote: Quote) -> None:
    """Seven days before a quote ends, once a quote."""
    request = db.session.get_one(QuoteRequest, quote.request_id)
    path = f"quotes/{quote.number}"
    if patient_emails.recently(request, "quote_ends", path=path, within=timedelta(days=30)):
        return
    context = {
        "clinic": patient_emails.named(quote.lead.clinic, request),
        "ends": day(quote.valid_until, locale=request.locale),
        "ends_short": short_day(quote.valid_until, locale=request.locale),
    }
    patient_emails.put("quote_ends", request, context=context, link=RequestLink(request, path))


def _row(quote: Quote, request: QuoteRequest, *, known: Quote | None) -> tuple[str, str]:
    """A clinic, and its quote: what is different from the `known` one, which its patient was told of."""
    clinic = patient_emails.named(quote.lead.clinic, request)
    until = day(quote.valid_until, locale=request.locale)
    with force_locale(request.locale):
        what = ", ".join(what_changed(known, quote)) if known is not None else ""
        if what:
            line = _("%(place)s. Changed: %(what)s. Stands until %(day)s", place=clinic["place"], what=what, day=until)
        else:
            line = _("%(place)s. Stands until %(day)s", place=clinic["place"], day=until)
    return clinic["name"], line


def _last_mailed(quote: Quote) -> Quote | None:
    """Returns the clinic's last quote that was mailed; one replaced before anybody heard of it is no change."""
    earlier = select(Quote).where(Quote.lead_id == quote.lead_id, Quote.id != quote.id, Quote.mailed_at.is_not(None))
    return db.session.scalar(earlier.order_by(Quote.sent_at.desc()).limit(1))
