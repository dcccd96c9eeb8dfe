"""Ends what is kept of a request in time; erasing it destroys the key and empties the row."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, or_, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.transactions import for_each_locked
from marketplace.foundation.problems import WrongState
from marketplace.quote_requests.answer_table import OPEN_COLUMNS
from marketplace.quote_requests.events import (
    ConfirmationReminded,
    ErasureAnnounced,
    HealthForgotten,
    PhotosForgotten,
    RequestKept,
)
from marketplace.quote_requests.models import REQUEST, AccessRecord, DraftClinic, Photo, QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS
from marketplace.quote_requests.states import RequestState as State

DRAFT_RETENTION = timedelta(hours=24)
REMIND_AFTER = timedelta(hours=24)
UNCONFIRMED_RETENTION = timedelta(days=7)
WITHDRAWN_RETENTION = timedelta(0)
PHOTOS_RETENTION = timedelta(days=90)
HEALTH_AFTER_END = timedelta(days=30)
REQUEST_AFTER_END = timedelta(days=180)
CONFIRMATIONS_RETENTION = timedelta(days=90)  # after a deletion: what clinics said of their copies
ANNOUNCED_AHEAD = timedelta(days=7)

SEALED = ("data_key", "health_sealed", "name_sealed", "contact_sealed", "questions_sealed", "email_hash")
# What was asked in the open columns says something of the person, too.
ASKED = (*OPEN_COLUMNS, "treatment_id", "started_from_id")
ENDS = {
    State.CLOSED: QuoteRequest.closed_at,
    State.EXPIRED: QuoteRequest.expired_at,
    # Where check-ins were wanted, the last of them; `greatest` passes over what is not there.
    State.SETTLED: func.greatest(QuoteRequest.settled_at, QuoteRequest.aftercare_until),
}


def drafts(now: datetime) -> Select[UUID]:
    """Selects drafts without an answer for 24 hours."""
    return _ids((QuoteRequest.state == State.DRAFT) & (QuoteRequest.last_answered_at < now - DRAFT_RETENTION))


def unconfirmed(now: datetime) -> Select[UUID]:
    """Selects requests that were not confirmed within 7 days."""
    return _ids((QuoteRequest.state == State.UNCONFIRMED) & (QuoteRequest.unconfirmed_at < now - UNCONFIRMED_RETENTION))


def withdrawn(now: datetime) -> Select[UUID]:
    """Selects requests that their patients deleted."""
    return _ids((QuoteRequest.state == State.WITHDRAWN) & (QuoteRequest.withdrawn_at <= now - WITHDRAWN_RETENTION))


def ended(now: datetime) -> Select[UUID]:
    """Selects requests that ended, or were kept again, 180 days ago."""
    return _ids(_ended_or_kept(before=now - REQUEST_AFTER_END))


def photos(now: datetime) -> Select[UUID]:
    """Selects photos that were added PHOTOS_RETENTION ago, whatever became of the request."""
    return select(Photo.id).where(Photo.added_at < now - PHOTOS_RETENTION)


def with_health(now: datetime) -> Select[UUID]:
    """Selects requests that ended HEALTH_AFTER_END ago and still have health answers."""
    over = or_(*((QuoteRequest.state == state) & (at < now - HEALTH_AFTER_END) for state, at in ENDS.items()))
    return _ids(over & QuoteRequest.health_sealed.is_not(None))


def _ids(condition: ColumnElement[bool]) -> Select[UUID]:
    return select(QuoteRequest.id).where(condition)


def _ended_or_kept(*, before: datetime) -> ColumnElement[bool]:
    last = ((state, func.greatest(at, QuoteRequest.retention_restarted_at)) for state, at in ENDS.items())
    return or_(*((QuoteRequest.state == state) & (moment < before) for state, moment in last))


def erased_on(request: QuoteRequest) -> datetime:
    """Returns when an ended request will be erased. Raises WrongState for one that has not ended."""
    settled = max((at for at in (request.settled_at, request.aftercare_until) if at), default=None)
    moments = {State.CLOSED: request.closed_at, State.EXPIRED: request.expired_at, State.SETTLED: settled}
    end = moments.get(request.state)
    if end is None:
        raise WrongState(REQUEST_REFUSALS[request.state])
    return max(end, request.retention_restarted_at or end) + REQUEST_AFTER_END


def confirmed_until(request: QuoteRequest) -> datetime:
    """Returns until when an unconfirmed request can be confirmed; it is erased after that."""
    return (request.unconfirmed_at or request.created_at) + UNCONFIRMED_RETENTION


def forget_health(request: QuoteRequest) -> None:
    """Deletes the health answers of a request, and its photos."""
    request.health_sealed = None
    db.session.execute(delete(Photo).where(Photo.request_id == request.id))
    record(HealthForgotten(request_id=request.id))


def forget_photos(keys: Sequence[UUID]) -> None:
    """Deletes these photos and records it for each request."""
    gone = delete(Photo).where(Photo.id.in_(keys)).returning(Photo.request_id)
    for request_id in set(db.session.scalars(gone)):
        record(PhotosForgotten(request_id=request_id))


def empty(request: QuoteRequest) -> None:
    """Empties a locked row down to its id, reference and moments; photos and access records go with it."""
    with db.session.no_autoflush:
        for column in (*SEALED, *ASKED):
            setattr(request, column, [] if isinstance(getattr(request, column), list) else None)
        request.share_budget = request.share_health = request.aftercare = request.wait_without_clinic = False
        request.aftercare_until = None
        request.erased_at = clock.now()
        request.state = State.ERASED
    db.session.flush()
    for of_person in (DraftClinic, AccessRecord, Photo):
        db.session.execute(delete(of_person).where(of_person.request_id == request.id))


def keep(request: QuoteRequest) -> None:
    """Keeps an ended request for another 180 days. Raises WrongState for one that has not ended."""
    REQUEST.lock(request)
    erased_on(request)
    request.retention_restarted_at = clock.now()
    record(RequestKept(request_id=request.id))


def announce_due(now: datetime) -> int:
    """Tells patients once, seven days before their ended request is erased; returns how many were told."""
    told = QuoteRequest.announced_at.is_not(None) & (
        QuoteRequest.retention_restarted_at.is_(None)
        | (QuoteRequest.retention_restarted_at <= QuoteRequest.announced_at)
    )
    soon = _ended_or_kept(before=now + ANNOUNCED_AHEAD - REQUEST_AFTER_END)
    due = select(QuoteRequest).where(soon, ~_ended_or_kept(before=now - REQUEST_AFTER_END), ~told)

    def announce(request: QuoteRequest) -> None:
        request.announced_at = now
        record(ErasureAnnounced(request_id=request.id))

    return for_each_locked(due, announce)


def remind_unconfirmed(now: datetime) -> int:
    """Reminds patients once, a day after the form was sent, to confirm; returns how many."""
    waiting = select(QuoteRequest).where(
        QuoteRequest.state == State.UNCONFIRMED,
        QuoteRequest.unconfirmed_at < now - REMIND_AFTER,
        QuoteRequest.reminded_at.is_(None),
    )

    def remind(request: QuoteRequest) -> None:
        request.reminded_at = now
        record(ConfirmationReminded(request_id=request.id))

    return for_each_locked(waiting, remind)
