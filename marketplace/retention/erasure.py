"""Erasing a request: everything of the person in one transaction, and a line in the list that outlives a restore."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert

from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database import queue
from marketplace.foundation.security import idempotency, signed_links
from marketplace.leads import messages, request_actions
from marketplace.mail import retention as emails
from marketplace.quote_requests import retention as requests
from marketplace.quote_requests.events import RequestErased
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.request_links import DELETED
from marketplace.quote_requests.states import AT_CLINICS, RequestState
from marketplace.quotes import ending as quotes
from marketplace.retention.models import Erasure
from marketplace.reviews import actions as reviews


def erase(request: QuoteRequest) -> None:
    """Key, answers, messages, mail texts, links, form tokens and jobs; ids, states and moments stay."""
    REQUEST.lock(request)
    if request.state == RequestState.ERASED:
        return
    # Emails before links: the sending job makes a link while it holds its email.
    of_request = {request.id, *emails.empty_those_of(request.id), *quotes.empty_those_of(request.id)}
    messages.forget_those_of(request.id)
    reviews.empty_those_of(request.id)
    signed_links.forget_subject(request.id, but=DELETED)
    idempotency.forget_answers_below(request.ref)
    queue.forget_about(of_request)
    requests.empty(request)
    _list(request)
    record(RequestErased(request_id=request.id))


def erase_now(request: QuoteRequest) -> None:
    """For whoever asks by another way than the page: clinics are told to delete their copies, as if it were."""
    REQUEST.lock(request)
    if REQUEST.may(request, RequestState.WITHDRAWN):
        request_actions.withdraw(request)
    erase(request)


def _list(request: QuoteRequest) -> None:
    row = insert(Erasure).values(request_id=request.id, erased_at=request.erased_at, pending=False)
    db.session.execute(row.on_conflict_do_nothing())


def listed() -> list[tuple[UUID, datetime]]:
    """Every erasure, oldest first."""
    query = select(Erasure.request_id, Erasure.erased_at).order_by(Erasure.erased_at, Erasure.request_id)
    return [(row.request_id, row.erased_at) for row in db.session.execute(query)]


def take_over(erasures: Iterable[tuple[UUID, datetime]]) -> None:
    """What another list names joins ours; what of it is not erased here is to be erased again."""
    rows = [{"request_id": id_, "erased_at": at, "pending": True} for id_, at in erasures]
    if rows:
        row = insert(Erasure).on_conflict_do_update(index_elements=["request_id"], set_={"pending": True})
        db.session.execute(row, rows)
    here = select(QuoteRequest.id).where(
        QuoteRequest.id == Erasure.request_id, QuoteRequest.state != RequestState.ERASED
    )
    over = update(Erasure).where(Erasure.pending, ~here.exists()).values(pending=False)
    db.session.execute(over.execution_options(synchronize_session=False))


def pending(_now: datetime) -> Select[UUID]:
    """Erased once, and to be erased here again."""
    return select(Erasure.request_id).where(Erasure.pending)


def erase_again(request_id: UUID) -> None:
    """Clinics that have it in this database are told once more: their word that it is gone is lost, too."""
    request = db.session.get(QuoteRequest, request_id)
    if request is not None and request.state != RequestState.ERASED:
        if request.state in AT_CLINICS:
            request_actions.revoke(request)
        erase(request)
    db.session.execute(update(Erasure).where(Erasure.request_id == request_id).values(pending=False))
