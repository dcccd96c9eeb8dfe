"""A patient pauses, reopens, closes or takes back the request; the clinics that have it follow."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.locking import for_each_locked
from marketplace.foundation.problems import WrongState
from marketplace.leads.consent import deleting_text, revoke_all
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.revoking import end_reading
from marketplace.leads.states import AWAITING, LeadState
from marketplace.quote_requests.events import (
    RequestClosed,
    RequestDeleted,
    RequestExpired,
    RequestPaused,
    RequestReopened,
)
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS, TAKES_QUOTES, RequestState

OPEN_RETENTION = timedelta(days=90)


def pause(request: QuoteRequest) -> None:
    """No clinic is expected to answer for now."""
    REQUEST.move(request, RequestState.PAUSED)
    record(RequestPaused(request_id=request.id))


def reopen(request: QuoteRequest) -> None:
    """Clinics may answer again; the clocks run on by as long as they stood. Raises WrongState unless it is paused."""
    REQUEST.lock(request)
    if request.state != RequestState.PAUSED:  # a choice leads back to open, too, but by being undone
        raise WrongState(REQUEST_REFUSALS[request.state])
    paused_at = request.paused_at
    REQUEST.move(request, RequestState.OPEN)
    if paused_at is not None:
        waiting = (Lead.request_id == request.id) & Lead.state.in_(AWAITING)
        # A clock that was started during the pause has stood since then only.
        stood = clock.now() - func.greatest(paused_at, Lead.clock_started_at)
        shifted = {"due_at": Lead.due_at + stood, "clock_started_at": Lead.clock_started_at + stood}
        db.session.execute(update(Lead).where(waiting).values(shifted))
    record(RequestReopened(request_id=request.id))


def close(request: QuoteRequest) -> None:
    """The patient is done: clinics still at it are told and stop."""
    REQUEST.move(request, RequestState.CLOSED)
    _end_leads(request)
    record(RequestClosed(request_id=request.id))


def expire_due(now: datetime) -> int:
    """An open request without a choice ends after 90 days, and so does whatever a clinic still had to do for it."""

    def expire(request: QuoteRequest) -> None:
        REQUEST.move(request, RequestState.EXPIRED)
        _end_leads(request)
        record(RequestExpired(request_id=request.id))

    open_too_long = QuoteRequest.state.in_(TAKES_QUOTES) & (QuoteRequest.open_at < now - OPEN_RETENTION)
    return for_each_locked(select(QuoteRequest).where(open_too_long), expire)


def _end_leads(request: QuoteRequest) -> None:
    for lead in _leads(request):
        if lead.state != LeadState.LOST and LEAD.may(lead, LeadState.LOST):
            LEAD.move(lead, LeadState.LOST)


def delete_request(request: QuoteRequest) -> None:
    """Consent is taken back: every clinic is told to delete its copy, ours is erased within a minute."""
    REQUEST.move(request, RequestState.WITHDRAWN)
    revoke_all_consents(request)
    record(RequestDeleted(request_id=request.id))


def revoke_all_consents(request: QuoteRequest) -> None:
    """No consent stands any more, and every clinic that has the request is told to delete its copy."""
    stood = revoke_all(request, words=deleting_text())
    for lead in _leads(request):
        if purposes := stood.get(lead.clinic_id):
            end_reading(lead, purposes)


def _leads(request: QuoteRequest) -> list[Lead]:
    return list(db.session.scalars(select(Lead).where(Lead.request_id == request.id).order_by(Lead.id)))
