"""Nothing is kept longer than promised; erasing destroys the key."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.timeline import record
from marketplace.quote_requests.events import (
    ConfirmationReminded,
    HealthForgotten,
    RequestErased,
    RequestExpired,
)
from marketplace.quote_requests.lifecycle import REQUEST
from marketplace.quote_requests.models import DraftClinic, QuoteRequest
from marketplace.quote_requests.states import RequestState as State

BATCH = 200
SEALED = ("data_key", "health_sealed", "name_sealed", "contact_sealed", "questions_sealed", "email_hash")
DRAFT_LIVES = timedelta(hours=24)
REMIND_AFTER = timedelta(hours=24)
UNCONFIRMED_LIVES = timedelta(days=7)
OPEN_LIVES = timedelta(days=90)
HEALTH_AFTER_END = timedelta(days=30)
REQUEST_AFTER_END = timedelta(days=180)
# Long enough for the mail that says so to leave first.
WITHDRAWN_LIVES = timedelta(seconds=45)


def erase(request: QuoteRequest) -> None:
    """The key is destroyed and with it every answer, message and mail text it sealed."""
    REQUEST.lock(request)
    with db.session.no_autoflush:
        for column in SEALED:
            setattr(request, column, None)
        request.erased_at = clock.now()
        request.state = State.ERASED
    db.session.execute(delete(DraftClinic).where(DraftClinic.request_id == request.id))
    record(RequestErased(request_id=request.id))


def erase_due(now: datetime) -> int:
    """Drafts after 24 hours, unconfirmed after 7 days, withdrawn at once, ended ones after 180 days."""
    due = (
        (QuoteRequest.state == State.DRAFT) & (QuoteRequest.touched_at < now - DRAFT_LIVES)
        | (QuoteRequest.state == State.UNCONFIRMED) & (QuoteRequest.unconfirmed_at < now - UNCONFIRMED_LIVES)
        | (QuoteRequest.state == State.WITHDRAWN) & (QuoteRequest.withdrawn_at < now - WITHDRAWN_LIVES)
        | (QuoteRequest.state == State.CLOSED) & (QuoteRequest.closed_at < now - REQUEST_AFTER_END)
        | (QuoteRequest.state == State.EXPIRED) & (QuoteRequest.expired_at < now - REQUEST_AFTER_END)
        | (QuoteRequest.state == State.SETTLED) & (QuoteRequest.settled_at < now - REQUEST_AFTER_END)
    )
    return _each(select(QuoteRequest).where(due), erase)


def forget_health(now: datetime) -> int:
    """Health answers go 30 days after the end."""
    ended = (
        (QuoteRequest.state == State.CLOSED) & (QuoteRequest.closed_at < now - HEALTH_AFTER_END)
        | (QuoteRequest.state == State.EXPIRED) & (QuoteRequest.expired_at < now - HEALTH_AFTER_END)
        | (QuoteRequest.state == State.SETTLED) & (QuoteRequest.settled_at < now - HEALTH_AFTER_END)
    )

    def forget(request: QuoteRequest) -> None:
        request.health_sealed = None
        record(HealthForgotten(request_id=request.id))

    return _each(select(QuoteRequest).where(ended, QuoteRequest.health_sealed.is_not(None)), forget)


def remind_unconfirmed(now: datetime) -> int:
    """One reminder, a day after the form was sent."""
    waiting = select(QuoteRequest).where(
        QuoteRequest.state == State.UNCONFIRMED,
        QuoteRequest.unconfirmed_at < now - REMIND_AFTER,
        QuoteRequest.reminded_at.is_(None),
    )

    def remind(request: QuoteRequest) -> None:
        request.reminded_at = now
        record(ConfirmationReminded(request_id=request.id))

    return _each(waiting, remind)


def expire_due(now: datetime) -> int:
    """An open request without a choice ends after 90 days."""

    def expire(request: QuoteRequest) -> None:
        REQUEST.move(request, State.EXPIRED)
        record(RequestExpired(request_id=request.id))

    open_too_long = QuoteRequest.state.in_((State.OPEN, State.PAUSED)) & (QuoteRequest.open_at < now - OPEN_LIVES)
    return _each(select(QuoteRequest).where(open_too_long), expire)


def _each(query: Select[QuoteRequest], act: Callable[[QuoteRequest], None]) -> int:
    """Locked rows only, a bounded batch: two workers never do the same one."""
    rows = db.session.scalars(query.with_for_update(skip_locked=True).limit(BATCH)).all()
    for row in rows:
        act(row)
    return len(rows)
