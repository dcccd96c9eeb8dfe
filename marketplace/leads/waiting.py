"""Requests that found no clinic: each is looked at in turn, however many wait, and told when a clinic fits."""

from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.leads.candidates import is_anyone_eligible, request_facts
from marketplace.leads.models import Lead
from marketplace.quote_requests.events import ClinicsAvailable
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

NOT_BEFORE = timedelta(hours=1)  # after confirming: the page has just said that there is none
LOOK_EVERY = timedelta(minutes=10)
AGAIN_AFTER = timedelta(days=7)
BATCH = 200


def wait_for_clinic(request: QuoteRequest, now: datetime) -> None:
    """Has an open request without a clinic looked at until one has it."""
    request.look_again_at = now + NOT_BEFORE


def offer_clinics_due(now: datetime) -> int:
    """Tells patients whose request found no clinic that one fits now, and returns how many were told.

    Nothing is sent without consent: the email leads to the page where clinics are chosen. A run looks at 200 requests,
    whose turn came first; one that a clinic has, or that has ended, has no further turn.
    """
    due = select(QuoteRequest).where(QuoteRequest.look_again_at <= now).order_by(QuoteRequest.look_again_at)
    requests = db.session.scalars(due.with_for_update(skip_locked=True).limit(BATCH)).all()
    leads = select(Lead.request_id).where(Lead.request_id.in_([request.id for request in requests]))
    with_clinic = set(db.session.scalars(leads)) if requests else set()
    told = 0
    for request in requests:
        is_over = request.id in with_clinic or request.state not in (RequestState.OPEN, RequestState.PAUSED)
        offers = not is_over and _offers(request)
        request.look_again_at = None if is_over else now + (AGAIN_AFTER if offers else LOOK_EVERY)
        if offers:
            request.offered_at = now
            record(ClinicsAvailable(request_id=request.id))
        told += offers
    return told


def _offers(request: QuoteRequest) -> bool:
    return request.state == RequestState.OPEN and is_anyone_eligible(request, request_facts(request))
