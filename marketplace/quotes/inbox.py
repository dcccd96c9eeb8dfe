"""A clinic's inbox: what waits for it, what waits for others, what is over. One statement a page, however many leads.

Each list is read from an index in its order. Which list a lead is in stands on the lead, kept by triggers. Counts stop.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.clinics.search import Total
from marketplace.clinics.states import REQUIRED_CHECKS
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.values.cursors import NotACursor, as_bytes, as_text
from marketplace.leads.states import TABS
from marketplace.quotes.inbox_statement import COUNTED_TO, UNREAD, Shape, inbox_statement

PAGE = 25
MAX_PAGE = 40  # by number; beyond it a page is reached from the one before it
_PLACE = struct.Struct(">B?q16s")
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_LISTS = (None, *TABS)


@dataclass(frozen=True)
class InboxPlace:
    """A place in one list of an inbox: beside the request that is due at that moment."""

    tab: str | None
    unread: bool
    due_at: datetime
    lead_id: UUID

    def __str__(self) -> str:
        moment = (self.due_at - _EPOCH) // _MICROSECOND
        return as_text(_PLACE.pack(_LISTS.index(self.tab), self.unread, moment, self.lead_id.bytes))


def read_place(text: str, *, tab: str | None, unread: bool) -> InboxPlace:
    """Returns the place that a text stands for. Raises NotACursor unless it is one of ours, of this list."""
    try:
        number, of_unread, moment, lead_id = _PLACE.unpack(as_bytes(text))
        found = InboxPlace(_LISTS[number], of_unread, _EPOCH + moment * _MICROSECOND, UUID(bytes=lead_id))
    except (struct.error, IndexError, OverflowError) as error:
        raise NotACursor(text) from error
    if (found.tab, found.unread) != (tab, unread) or str(found) != text:
        raise NotACursor(text)
    return found


@dataclass(frozen=True)
class InboxFilter:
    """Which list: a tab, or all of them, or of either those with an unread message.

    The page is the one after the place `after`, or before `before`; without either it is found by its number.
    """

    tab: str | None = None
    unread: bool = False
    page: int = 1
    after: InboxPlace | None = None
    before: InboxPlace | None = None

    @property
    def place(self) -> InboxPlace | None:
        """The place in the list that the page is at."""
        return self.after or self.before


class InboxRow(NamedTuple):
    """What a list shows of a request. What is sealed is opened by whoever may show it."""

    lead_id: UUID
    state: str
    due_at: datetime
    held_until: datetime | None  # its quote waits for its minutes until then
    unread: int
    request_id: UUID
    ref: str
    procedure: str | None
    home_country: str | None
    timing: str | None
    languages: Sequence[str]
    erased_at: datetime | None
    data_key: bytes | None
    name_sealed: bytes | None
    health: bool  # shared with the clinic
    photos: int | None  # how many; none: not shared


class ToDelete(NamedTuple):
    """A request of which the clinic is to delete something; without its reference where it is frozen."""

    lead_id: UUID
    ref: str | None


@dataclass(frozen=True)
class Inbox:
    """One page of a list, what is beside it, and the places before its first and after its last request."""

    rows: Sequence[InboxRow]
    counts: dict[str, Total]  # by tab, and of all those with an unread message
    page: int
    has_checks: bool  # whether the checks that a clinic needs are in date
    frozen: Sequence[UUID]  # leads, those due last first; one more than a page names where there are more
    to_delete: Sequence[ToDelete]
    before: InboxPlace | None = None
    after: InboxPlace | None = None


def inbox(clinic_id: UUID, wanted: InboxFilter) -> Inbox:
    """Returns one page of a list, in the order of its time left, or where no time runs the latest first.

    A page by a number that is beyond the list is its last one.
    """
    wanted = replace(wanted, page=min(wanted.page, MAX_PAGE))
    found, total = _read(clinic_id, wanted)
    if found.rows or wanted.place or wanted.page == 1:
        return found
    last = max(1, -(-min(total, MAX_PAGE * PAGE) // PAGE))
    return _read(clinic_id, replace(wanted, page=last))[0]


def asked(clinic_id: UUID, wanted: InboxFilter, today: date) -> tuple[Shape, dict[str, object]]:
    """Returns the shape of a page's statement, and its values."""
    place = wanted.place
    shape = Shape(
        wanted.tab,
        wanted.unread,
        rows=PAGE + 1,
        placed=place is not None,
        back=wanted.before is not None,
        by_number=place is None and wanted.page > 1,
    )
    values: dict[str, object] = {"clinic": clinic_id, "today": today}
    if place is not None:
        values |= {"due_at": place.due_at, "lead_id": place.lead_id}
    return shape, values | ({"offset": (wanted.page - 1) * PAGE} if shape.by_number else {})


def _read(clinic_id: UUID, wanted: InboxFilter) -> tuple[Inbox, int]:
    """Returns the page, and how many requests its list has where it is asked for by number."""
    shape, values = asked(clinic_id, wanted, clock.today())
    result = db.session.execute(inbox_statement(shape), values).all()
    facts = result[0]._mapping
    rows = [InboxRow._make(row[: len(InboxRow._fields)]) for row in result if row[0] is not None]
    beside = Inbox(
        rows[:PAGE],
        counts={name: _total(facts[f"count_{name}"]) for name in (*TABS, UNREAD)},
        page=wanted.page,
        has_checks=facts["checks"] == len(REQUIRED_CHECKS),
        frozen=facts["frozen"] or [],
        to_delete=[ToDelete(UUID(lead_id), ref) for lead_id, ref in facts["to_delete"] or ()],
    )
    return _placed(beside, wanted, is_more=len(rows) > PAGE), facts["total"] if shape.by_number else 0


def _total(number: int) -> Total:
    return Total(min(number, COUNTED_TO), more=number > COUNTED_TO)


def _placed(found: Inbox, wanted: InboxFilter, *, is_more: bool) -> Inbox:
    """Returns the page with its rows in the list's order, and the places beside them."""
    rows = list(reversed(found.rows)) if wanted.before else found.rows
    if not rows:
        return found
    has_before = is_more if wanted.before else wanted.place is not None or wanted.page > 1
    has_after = wanted.before is not None or is_more
    first, last = (InboxPlace(wanted.tab, wanted.unread, row.due_at, row.lead_id) for row in (rows[0], rows[-1]))
    return replace(found, rows=rows, before=first if has_before else None, after=last if has_after else None)
