"""Opening and deciding what an operator is to look at, and the events of it."""

from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.reviews.models import REVIEW_MOVES, Detail, Outcome, ReviewItem, ReviewKind, ReviewState


class ReviewItemOpened(Event):
    """Something is to be looked at; `reason` is its kind."""


class ReviewItemDecided(Event):
    """An operator looked at it; `reason` is its kind."""


REVIEW: Lifecycle[ReviewItem, ReviewState] = Lifecycle(ReviewItem, REVIEW_MOVES, refusal="review_item_moved_on")
UNDECIDED = ReviewItem.state != ReviewState.DECIDED
# Written out: a generic plan does not know the value of a parameter and finds no index that it fits.
UNDECIDED_INDEX = text("state <> 'decided'")


def open_item(
    kind: ReviewKind,
    *,
    subject_id: UUID,
    clinic_id: UUID | None = None,
    request_id: UUID | None = None,
    detail: Detail | None = None,
) -> None:
    """Puts something before an operator; while an item of this kind and subject is undecided nothing is added.

    `detail` holds codes and numbers only: never what a person typed, never health. Whoever causes an item may not read
    it, so it is written by the system.
    """
    row = {
        **{"id": uuid7(), "kind": kind, "subject_id": subject_id, "clinic_id": clinic_id, "request_id": request_id},
        **{"detail": detail or {}, "state": ReviewState.OPENED, "opened_at": clock.now()},
    }
    once = insert(ReviewItem).values(row)
    once = once.on_conflict_do_nothing(index_elements=["kind", "subject_id"], index_where=UNDECIDED_INDEX)
    with as_system():
        if db.session.scalar(once.returning(ReviewItem.id)) is not None:
            record(ReviewItemOpened(clinic_id=clinic_id, request_id=request_id, reason=kind))


def decide(item: ReviewItem, *, outcome: Outcome, by: UUID, note: str = "") -> None:
    """Ends an item; `by` is the operator's account. Raises WrongState where it was decided before."""
    REVIEW.lock(item)
    item.outcome, item.decided_by, item.note = outcome, by, note or None
    REVIEW.move(item, ReviewState.DECIDED)
    record(ReviewItemDecided(clinic_id=item.clinic_id, request_id=item.request_id, reason=item.kind))


def close_items_of(subject_id: UUID, *, kind: ReviewKind) -> None:
    """Decides items that became needless by themselves: the deletion came, the amount was put right."""
    with as_system():
        query = select(ReviewItem).where(UNDECIDED, ReviewItem.kind == kind, ReviewItem.subject_id == subject_id)
        for item in db.session.scalars(query):
            REVIEW.lock(item)
            item.outcome = Outcome.DEALT_WITH
            REVIEW.move(item, ReviewState.DECIDED)
            record(ReviewItemDecided(clinic_id=item.clinic_id, request_id=item.request_id, reason=item.kind))


def empty_those_of(request_id: UUID) -> None:
    """Deletes numbers and notes of an erased request's items; that there was an item stays."""
    of_request = update(ReviewItem).where(ReviewItem.request_id == request_id)
    db.session.execute(of_request.values(detail={}, note=None).execution_options(synchronize_session=False))
