"""Erases a request: everything of the person in one transaction, and a line in the list that outlives a restore.

The list holds ids only; as text it is one `id,moment` a line, to be kept beside the backups.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.aftercare import passport, passport_codes, plans, price_kept, problems
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database import queue
from marketplace.foundation.database.columns import Base
from marketplace.foundation.security import idempotency, signed_links
from marketplace.leads import messages, proposal, request_actions
from marketplace.mail import retention as emails
from marketplace.quote_requests import earlier_answers, read_only_links
from marketplace.quote_requests import retention as requests
from marketplace.quote_requests.events import RequestErased
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.request_links import DELETED
from marketplace.quote_requests.states import AT_CLINICS, RequestState
from marketplace.quotes import ending as quotes
from marketplace.reviews import actions as reviews


class Erasure(Base):
    """A request that was erased. It has no foreign key: the database may be older than the erasure."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_pending", "request_id", postgresql_where="pending"),)

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
    pending: Mapped[bool]  # learnt from another list: to be erased here again


def erase(request: QuoteRequest) -> None:
    """Destroys the key, empties answers, messages and mail texts, deletes links, form tokens and jobs.

    Ids, states and moments stay.
    """
    REQUEST.lock(request)
    if request.state == RequestState.ERASED:
        return
    # Emails before links: the sending job makes a link while it holds its email.
    of_request = {request.id, *emails.empty_those_of(request.id), *quotes.forget_texts_of(request.id)}
    messages.forget_messages_of(request.id)
    earlier_answers.forget_earlier_of(request.id)
    plans.forget(request.id)
    price_kept.forget(request.id)
    passport.forget(request.id)
    passport_codes.forget(request.id)
    problems.end_those_of(request.id)
    read_only_links.forget_links_of(request.id)
    proposal.forget_shown(request.id)
    reviews.empty_those_of(request.id)
    signed_links.delete_links_to(request.id, but=DELETED)
    idempotency.delete_tokens_of(request.ref)
    queue.delete_jobs_about(of_request)
    requests.empty(request)
    _list(request)
    record(RequestErased(request_id=request.id))


def erase_now(request: QuoteRequest) -> None:
    """Erases for whoever asks by another way than the page: clinics are told to delete their copies, as by the page."""
    REQUEST.lock(request)
    if REQUEST.may(request, RequestState.WITHDRAWN):
        request_actions.delete_request(request)
    erase(request)


def _list(request: QuoteRequest) -> None:
    row = insert(Erasure).values(request_id=request.id, erased_at=request.erased_at, pending=False)
    db.session.execute(row.on_conflict_do_nothing())


def listed() -> list[tuple[UUID, datetime]]:
    """Every erasure, the oldest first."""
    query = select(Erasure.request_id, Erasure.erased_at).order_by(Erasure.erased_at, Erasure.request_id)
    return [(row.request_id, row.erased_at) for row in db.session.execute(query)]


def take_over(erasures: Iterable[tuple[UUID, datetime]]) -> None:
    """Adds another list's erasures to ours; requests of it that are not erased here are to be erased again."""
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
    """The requests that were erased once and are to be erased here again."""
    return select(Erasure.request_id).where(Erasure.pending)


def erase_again(request_id: UUID) -> None:
    """Erases it again and tells its clinics once more: their word that their copy is gone is lost, too."""
    request = db.session.get(QuoteRequest, request_id)
    if request is not None and request.state != RequestState.ERASED:
        if request.state in AT_CLINICS:
            request_actions.revoke_all_consents(request)
        erase(request)
    db.session.execute(update(Erasure).where(Erasure.request_id == request_id).values(pending=False))


class InvalidList(ValueError):
    """A line is not `id,moment`; the message names it by number."""


def list_lines(erasures: Iterable[tuple[UUID, datetime]]) -> Iterator[str]:
    """The erasures as lines of the list."""
    for request_id, erased_at in erasures:
        yield f"{request_id},{erased_at.isoformat()}"


def read_list(text: str) -> list[tuple[UUID, datetime]]:
    """The erasures in these lines: all of them or none. Raises InvalidList."""
    return [_read(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _read(number: int, line: str) -> tuple[UUID, datetime]:
    try:
        request_id, moment = line.strip().split(",")
        erased_at = datetime.fromisoformat(moment)
        if erased_at.tzinfo is None:
            raise ValueError("no time zone")
        return UUID(request_id), erased_at
    except ValueError as error:
        raise InvalidList(f"Line {number} is not id,moment") from error
