"""The statement of a page of an inbox, built once for each list: its requests, and all that is shown beside them.

Where the list is empty one row comes all the same, with what is beside it.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    ScalarSelect,
    Select,
    Subquery,
    Uuid,
    bindparam,
    case,
    false,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace.catalogue.models import Procedure
from marketplace.clinics.models import Check
from marketplace.clinics.states import REQUIRED_CHECKS, CheckState
from marketplace.leads.consent import GIVEN
from marketplace.leads.models import UNREAD as UNREAD_IN_INDEX
from marketplace.leads.models import DeletionDuty, Lead
from marketplace.leads.states import READING, TABS, DutyState, LeadState
from marketplace.quote_requests.models import Consent, Photo, QuoteRequest
from marketplace.quote_requests.states import Purpose

COUNTED_TO = 1000
MAX_NAMED = 100  # requests that a page names one by one beside its list
UNREAD = "unread"  # counted beside the tabs: requests in any of them
SOONEST_FIRST = frozenset({"new", "waiting"})  # of the others, where no time runs, the latest are first
LEAD, DUTY = Lead.metadata.tables["lead"], DeletionDuty.metadata.tables["deletion_duty"]
CONSENT = Consent.metadata.tables["consent"]
REQUEST, PHOTO = QuoteRequest.metadata.tables["quote_request"], Photo.metadata.tables["photo"]
PROCEDURE, CHECK = Procedure.metadata.tables["procedure"], Check.metadata.tables["clinic_check"]
CLINIC: BindParameter[object] = bindparam("clinic", type_=Uuid())


class Shape(NamedTuple):
    """What a statement depends on beside the values."""

    tab: str | None  # none: all
    unread: bool  # only those with an unread message
    rows: int = 0  # at most
    placed: bool = False  # there is a place to begin at
    back: bool = False  # the page before the place, not the one after it
    by_number: bool = False  # the page after as many rows as `offset` says

    @property
    def is_ascending(self) -> bool:
        """Whether it is read from the earliest moment to the latest."""
        return (self.tab in SOONEST_FIRST) != self.back


@lru_cache(64)
def inbox_statement(shape: Shape) -> Select[*tuple[object, ...]]:
    """Returns the statement of a page: first the columns of InboxRow, then what is beside the list, on each row."""
    page = _page(shape)
    once = select(literal(1).label("once")).subquery("once")
    joined = once.outerjoin(page, true()).outerjoin(REQUEST, REQUEST.c.id == page.c.request_id)
    joined = joined.outerjoin(PROCEDURE, PROCEDURE.c.id == REQUEST.c.procedure_id)
    query = select(*_of_row(page), *_beside(shape)).select_from(joined)
    return query.order_by(*_order(page.c.due_at, page.c.id, shape=shape))


def _page(shape: Shape) -> Subquery:
    """The leads of the page: an index gives them in their order."""
    shown = (LEAD.c[name] for name in ("id", "request_id", "state", "due_at", "held_until", "unread_messages"))
    query = select(*shown).where(*_listed(shape)).limit(shape.rows)
    if shape.placed:
        here = tuple_(bindparam("due_at", type_=DateTime(timezone=True)), bindparam("lead_id", type_=Uuid()))
        each = tuple_(LEAD.c.due_at, LEAD.c.id)
        query = query.where(each > here if shape.is_ascending else each < here)
    if shape.by_number:
        query = query.offset(bindparam("offset"))
    return query.order_by(*_order(LEAD.c.due_at, LEAD.c.id, shape=shape)).subquery("page")


def _order(*columns: ColumnElement[object], shape: Shape) -> list[ColumnElement[object]]:
    return [column.asc() if shape.is_ascending else column.desc() for column in columns]


def _listed(shape: Shape) -> list[ColumnElement[bool]]:
    """The conditions of a list, as its index has them."""
    of_tab = [LEAD.c.inbox_tab == shape.tab] if shape.tab else [LEAD.c.inbox_tab.is_not(None)]
    return [LEAD.c.clinic_id == CLINIC, *of_tab, *([_condition(UNREAD_IN_INDEX)] if shape.unread else [])]


def _condition(words: str) -> ColumnElement[bool]:
    return text(words).self_group()  # type: ignore[return-value] # a condition as an index has it, to the letter


def _of_row(page: Subquery) -> list[ColumnElement[Any]]:
    reads = page.c.state.in_(READING)
    photos = select(func.count()).where(PHOTO.c.request_id == page.c.request_id).scalar_subquery()
    return [
        *(page.c.id, page.c.state, page.c.due_at, page.c.held_until),
        case((reads, page.c.unread_messages), else_=0).label("unread"),
        *(page.c.request_id, REQUEST.c.ref, PROCEDURE.c.name, REQUEST.c.home_country, REQUEST.c.timing),
        *(REQUEST.c.languages, REQUEST.c.erased_at, REQUEST.c.data_key, REQUEST.c.name_sealed),
        _stands(page, Purpose.HEALTH).label("health"),
        case((_stands(page, Purpose.PHOTOS), photos)).label("photos"),
    ]


def _stands(page: Subquery, purpose: Purpose) -> ColumnElement[bool]:
    """What `consent_stands` says: the newest word decides. Called once a row and purpose it costs ten times as much."""
    of_request = (CONSENT.c.request_id == page.c.request_id) & (CONSENT.c.clinic_id == CLINIC)
    newest = select(CONSENT.c.act == GIVEN).where(of_request, CONSENT.c.purpose == purpose)
    return func.coalesce(newest.order_by(CONSENT.c.number.desc()).limit(1).scalar_subquery(), false())


def _beside(shape: Shape) -> list[ColumnElement[Any]]:
    counts = {tab: _capped(Shape(tab, unread=False)) for tab in TABS} | {UNREAD: _capped(Shape(None, unread=True))}
    checks = select(func.count()).where(
        *(CHECK.c.clinic_id == CLINIC, CHECK.c.kind.in_(REQUIRED_CHECKS), CHECK.c.state == CheckState.PASSED),
        CHECK.c.expires_on >= bindparam("today", type_=Date()),
    )
    return [
        *(count.label(f"count_{name}") for name, count in counts.items()),
        checks.scalar_subquery().label("checks"),
        _frozen().label("frozen"),
        _to_delete().label("to_delete"),
        *([_capped(shape).label("total")] if shape.by_number else []),
    ]


def _capped(shape: Shape) -> ScalarSelect[int]:
    """Counts so far, in the order of the list: so the rows come from its index, and never from the whole table."""
    some = select(LEAD.c.due_at, LEAD.c.id).where(*_listed(shape)).order_by(LEAD.c.due_at, LEAD.c.id)
    return select(func.count()).select_from(some.limit(COUNTED_TO + 1).subquery()).scalar_subquery()


def _frozen() -> ScalarSelect[object]:
    query = select(LEAD.c.id, LEAD.c.due_at).where(LEAD.c.clinic_id == CLINIC, LEAD.c.state == LeadState.FROZEN)
    some = query.order_by(LEAD.c.due_at.desc()).limit(MAX_NAMED + 1).subquery()
    return select(func.array_agg(aggregate_order_by(some.c.id, some.c.due_at.desc()))).scalar_subquery()


def _to_delete() -> ScalarSelect[object]:
    """The leads with an open duty, oldest first, with the references of those that are not frozen."""
    query = select(DUTY.c.lead_id, DUTY.c.request_id).where(DUTY.c.clinic_id == CLINIC, DUTY.c.state == DutyState.ASKED)
    some = query.distinct().order_by(DUTY.c.lead_id, DUTY.c.request_id).limit(MAX_NAMED).subquery()
    request = REQUEST.alias()
    pair = func.json_build_array(some.c.lead_id, request.c.ref)
    listed = some.outerjoin(request, request.c.id == some.c.request_id)
    return select(func.json_agg(aggregate_order_by(pair, some.c.lead_id))).select_from(listed).scalar_subquery()
