"""What operators read of the items that wait for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select

from marketplace.extensions import db
from marketplace.foundation.paging import Page, count_rows, page_range
from marketplace.foundation.problems import NotFound
from marketplace.reviews.models import ReviewItem, ReviewState

PAGE = 40
DECIDED_RETENTION = timedelta(days=730)


@dataclass(frozen=True)
class Undecided:
    """How many items wait, and since when the oldest does."""

    count: int
    oldest: datetime | None


def undecided() -> Undecided:
    """Counts the undecided items and finds the oldest."""
    query = select(func.count(), func.min(ReviewItem.opened_at)).where(ReviewItem.state != ReviewState.DECIDED)
    count, oldest = db.session.execute(query).one()
    return Undecided(count, oldest)


def items(*, decided: bool = False, kind: str = "", page: int = 1) -> Page[ReviewItem]:
    """Returns a page of items, the oldest first while they wait, the latest first once decided."""
    query = select(ReviewItem).where((ReviewItem.state == ReviewState.DECIDED) == decided)
    if kind:
        query = query.where(ReviewItem.kind == kind)
    at = page_range(count_rows(query), wanted=page, size=PAGE)
    order = (ReviewItem.decided_at.desc(), ReviewItem.id.desc()) if decided else (ReviewItem.opened_at, ReviewItem.id)
    return at.shown(db.session.scalars(at.of(query.order_by(*order))))


def by_id(item_id: UUID) -> ReviewItem:
    """Returns one item. Raises NotFound."""
    found = db.session.get(ReviewItem, item_id)
    if found is None:
        raise NotFound("review_item")
    return found


def decided_before(moment: datetime) -> Select[UUID]:
    """Selects items that were decided before this moment."""
    return select(ReviewItem.id).where(ReviewItem.state == ReviewState.DECIDED, ReviewItem.decided_at < moment)


def forget(items: Sequence[UUID]) -> None:
    """Deletes these items."""
    db.session.execute(delete(ReviewItem).where(ReviewItem.id.in_(items)))
