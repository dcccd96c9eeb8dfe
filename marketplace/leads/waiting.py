"""A request that found no clinic is kept; when one fits, its patient is told and chooses."""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select

from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.leads.models import Lead
from marketplace.leads.proposal import propose
from marketplace.quote_requests.events import ClinicsAvailable
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

NOT_BEFORE = timedelta(hours=1)  # after confirming: the page has just said that there is none
AGAIN_AFTER = timedelta(days=7)
BATCH = 50


def offer_due(now: datetime) -> int:
    """Nothing is sent without consent: the mail leads to the page where clinics are chosen."""
    waiting = (
        select(QuoteRequest)
        .where(
            QuoteRequest.state == RequestState.OPEN,
            QuoteRequest.open_at < now - NOT_BEFORE,
            or_(QuoteRequest.offered_at.is_(None), QuoteRequest.offered_at < now - AGAIN_AFTER),
            ~exists().where(Lead.request_id == QuoteRequest.id),
        )
        .order_by(func.random())  # whom nothing fits does not stand before the others
        .with_for_update(skip_locked=True)
        .limit(BATCH)
    )
    offered = [request for request in db.session.scalars(waiting).all() if propose(request).proposals]
    for request in offered:
        request.offered_at = now
        record(ClinicsAvailable(request_id=request.id))
    return len(offered)
