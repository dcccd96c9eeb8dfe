"""A patient rewrites, pauses, reopens, closes or deletes the request; the leads follow."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.transactions import for_each_locked
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security import signed_links
from marketplace.leads.consent import (
    deleting_text,
    revoke_all,
    rewriting_text,
)
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.revoking import end_reading
from marketplace.leads.states import AWAITING, LeadState
from marketplace.leads.submission import ask_to_confirm
from marketplace.quote_requests import drafts, queries
from marketplace.quote_requests.events import (
    RequestAddressCorrected,
    RequestClosed,
    RequestDeleted,
    RequestExpired,
    RequestPaused,
    RequestReopened,
    RequestRewritten,
)
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.request_links import CONFIRM
from marketplace.quote_requests.states import REQUEST_REFUSALS, TAKES_QUOTES, RequestState

OPEN_RETENTION = timedelta(days=90)


def pause(request: QuoteRequest) -> None:
    """Pauses a request: no clinic is expected to answer for now. Raises WrongState unless it is open."""
    REQUEST.move(request, RequestState.PAUSED)
    record(RequestPaused(request_id=request.id))


def reopen(request: QuoteRequest) -> None:
    """Opens a paused request again; clocks are moved by as long as they stood.

    Raises WrongState unless it is paused.
    """
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
    """Closes a request for its patient; clinics that still work on it are told and stop.

    Raises WrongState once it has ended.
    """
    REQUEST.move(request, RequestState.CLOSED)
    _end_leads(request)
    record(RequestClosed(request_id=request.id))


def expire_due(now: datetime) -> int:
    """Expires requests that were open for 90 days without a choice, and their open leads; returns how many."""

    def expire(request: QuoteRequest) -> None:
        REQUEST.move(request, RequestState.EXPIRED)
        _end_leads(request)
        record(RequestExpired(request_id=request.id))

    open_too_long = QuoteRequest.state.in_(TAKES_QUOTES) & (QuoteRequest.open_at < now - OPEN_RETENTION)
    return for_each_locked(select(QuoteRequest).where(open_too_long), expire)


def open_until(request: QuoteRequest) -> datetime:
    """Returns when an open or paused request ends by itself, if nothing is chosen."""
    return (request.open_at or request.created_at) + OPEN_RETENTION


def _end_leads(request: QuoteRequest) -> None:
    for lead in _leads(request):
        if lead.state != LeadState.LOST and LEAD.may(lead, LeadState.LOST):
            LEAD.move(lead, LeadState.LOST)


def delete_request(request: QuoteRequest) -> None:
    """Deletes a request for its patient: every clinic is told to delete its copy, ours is erased within a minute.

    Raises WrongState once it is deleted.
    """
    REQUEST.move(request, RequestState.WITHDRAWN)
    revoke_all_consents(request)
    record(RequestDeleted(request_id=request.id))


def revoke_all_consents(request: QuoteRequest) -> None:
    """Revokes every consent; each clinic that has the request is told to delete its copy."""
    stood = revoke_all(request, words=deleting_text())
    for lead in _leads(request):
        if purposes := stood.get(lead.clinic_id):
            end_reading(lead, purposes)


def _leads(request: QuoteRequest) -> list[Lead]:
    return list(db.session.scalars(select(Lead).where(Lead.request_id == request.id).order_by(Lead.id)))


def rewrite(request: QuoteRequest) -> None:
    """Returns an unconfirmed request to a draft with every answer and tick; its link and its consents end.

    Raises WrongState once it is confirmed.
    """
    _end_links(request)
    _lock_unconfirmed(request)
    REQUEST.move(request, RequestState.DRAFT)
    request.reminded_at = None
    drafts.touch(request)
    revoke_all(request, words=rewriting_text())
    record(RequestRewritten(request_id=request.id))


def correct_address(request: QuoteRequest, email: str) -> None:
    """Sends the email to confirm to this address; the link that went to the first one is dead.

    Raises WrongState once the request is confirmed.
    """
    _end_links(request)
    _lock_unconfirmed(request)
    drafts.seal_contact(request, email=email, phone=queries.answers(request).phone)
    request.reminded_at = None
    ask_to_confirm(request, RequestAddressCorrected)


def _lock_unconfirmed(request: QuoteRequest) -> None:
    REQUEST.lock(request)
    if request.state != RequestState.UNCONFIRMED:
        raise WrongState(REQUEST_REFUSALS[request.state])


def _end_links(request: QuoteRequest) -> None:
    """Before the request is locked: whoever confirms locks the link first, too."""
    signed_links.end_all(CONFIRM, subject_id=request.id)
