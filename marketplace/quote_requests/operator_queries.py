"""Reads for operators where requests stand, never whose they are or how well somebody is."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.lifecycle import count_by_state
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

UNSEEN = (RequestState.DRAFT,)


def state_counts() -> dict[str, int]:
    """Counts requests by state, without drafts."""
    return count_by_state(QuoteRequest.state, [state for state in RequestState if state not in UNSEEN])


def refs_of(request_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Returns the references of these requests."""
    rows = db.session.execute(select(QuoteRequest.id, QuoteRequest.ref).where(QuoteRequest.id.in_(set(request_ids))))
    return {key: ref for key, ref in rows}


def id_of(ref: str) -> UUID | None:
    """Returns the id of the request with this reference, in any state."""
    return db.session.scalar(select(QuoteRequest.id).where(QuoteRequest.ref == ref))


def history(request: QuoteRequest) -> list[AuditEntry]:
    """Returns the audit entries of a request in order, without readings; those are on the audit log's page."""
    query = select(AuditEntry).where(AuditEntry.request_id == request.id, AuditEntry.name != "AnswersRead")
    return list(db.session.scalars(query.order_by(AuditEntry.at, AuditEntry.id).limit(500)))
