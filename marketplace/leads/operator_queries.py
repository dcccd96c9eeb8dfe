"""What operators read of routing: where requests went, who was proposed, where no clinic was found."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import aliased, joinedload

from marketplace.catalogue.models import Procedure
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.lifecycle import count_by_state
from marketplace.foundation.paging import Page, count_rows, page_range
from marketplace.foundation.problems import NotFound
from marketplace.leads.models import Lead, RoutingDecision
from marketplace.leads.states import LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import UNSEEN
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState

PAGE = 40
LOOKING_BACK = timedelta(days=90)
SHARES = 100
NEWEST_REQUESTS, NEWEST_DECISIONS = 5_000, 20_000  # that routing's figures are of, at most


@dataclass(frozen=True)
class RequestRow:
    """A request as the operators' list shows it."""

    request: QuoteRequest
    leads: int
    answered: int


def frozen_unanswered(clinic_id: UUID) -> int:
    """Counts the requests that a clinic has not answered because it may not go on."""
    waits = (Lead.clinic_id == clinic_id) & (Lead.state == LeadState.FROZEN) & Lead.answered_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Lead).where(waits)) or 0


@dataclass(frozen=True)
class Gap:
    """Requests without a clinic, by procedure and wanted country; None means anywhere, or unsure."""

    country: str | None
    procedure: str | None
    requests: int


@dataclass(frozen=True)
class Share:
    """One clinic's routing decisions of the last 90 days, counted by outcome."""

    clinic: Clinic
    proposed: int
    passed_over: int
    ineligible: int


def _has_lead() -> ColumnElement[bool]:
    return select(Lead.id).where(Lead.request_id == QuoteRequest.id).exists()


def _waits_for_clinic() -> ColumnElement[bool]:
    """Condition on a request: it is open and no clinic has it. An index knows the few that have a turn for that."""
    has_turn = QuoteRequest.look_again_at.is_not(None)
    return has_turn & QuoteRequest.state.in_(TAKES_QUOTES) & ~_has_lead()


def requests(*, state: str | None = None, without_clinic: bool = False, page: int = 1) -> Page[RequestRow]:
    """Returns requests newest first, without drafts; `without_clinic` keeps open ones that no clinic has."""
    query = select(QuoteRequest).where(QuoteRequest.state.not_in(UNSEEN))
    if state:
        query = query.where(QuoteRequest.state == state)
    if without_clinic:
        query = query.where(_waits_for_clinic())
    at = page_range(count_rows(query), wanted=page, size=PAGE)
    shown = query.options(joinedload(QuoteRequest.procedure)).order_by(
        QuoteRequest.created_at.desc(), QuoteRequest.id.desc()
    )
    return at.shown(_with_leads(list(db.session.scalars(at.of(shown)))))


def _with_leads(found: list[QuoteRequest]) -> list[RequestRow]:
    query = select(Lead.request_id, func.count(), func.count(Lead.answered_at))
    query = query.where(Lead.request_id.in_([request.id for request in found])).group_by(Lead.request_id)
    counts = {request_id: (leads, answered) for request_id, leads, answered in db.session.execute(query)}
    return [RequestRow(request, *counts.get(request.id, (0, 0))) for request in found]


def request_by_ref(ref: str) -> QuoteRequest:
    """Returns a request that was sent. Raises NotFound for a draft."""
    query = select(QuoteRequest).where(QuoteRequest.ref == ref, QuoteRequest.state.not_in(UNSEEN))
    request = db.session.scalar(query.options(joinedload(QuoteRequest.procedure)))
    if request is None:
        raise NotFound("request")
    return request


def state_counts() -> dict[str, int]:
    """Counts leads by state."""
    return count_by_state(Lead.state, LeadState)


def waiting_without_clinic() -> int:
    """Counts the open requests that no clinic has."""
    return db.session.scalar(select(func.count()).select_from(QuoteRequest).where(_waits_for_clinic())) or 0


def gaps() -> list[Gap]:
    """Counts which of the newest confirmed requests of the last 90 days found no clinic, by country and procedure."""
    since = clock.now() - LOOKING_BACK
    newest = select(QuoteRequest).where(QuoteRequest.created_at > since, QuoteRequest.open_at > since)
    newest = newest.order_by(QuoteRequest.created_at.desc(), QuoteRequest.id.desc()).limit(NEWEST_REQUESTS)
    confirmed = aliased(QuoteRequest, newest.subquery())
    anywhere = literal([None], ARRAY(TEXT))
    wanted = case((func.cardinality(confirmed.destinations) == 0, anywhere), else_=confirmed.destinations)
    country = func.unnest(wanted, type_=TEXT()).label("country")
    without = select(country, Procedure.name.label("procedure"))
    without = without.select_from(confirmed).outerjoin(Procedure, Procedure.id == confirmed.procedure_id)
    has_lead = select(Lead.id).where(Lead.request_id == confirmed.id).exists()
    without = without.where(confirmed.state != RequestState.ERASED, ~has_lead)
    each = without.subquery()
    query = select(each.c.country, each.c.procedure, func.count().label("n")).group_by(each.c.country, each.c.procedure)
    rows = db.session.execute(query.order_by(func.count().desc(), each.c.country, each.c.procedure))
    return [Gap(country=code, procedure=name, requests=n) for code, name, n in rows]


def shares() -> list[Share]:
    """Counts per clinic how often it was proposed, passed over or ineligible, most proposed first.

    Counted are the newest decisions, whose keys are in the order of time.
    """

    decision = aliased(
        RoutingDecision, select(RoutingDecision).order_by(RoutingDecision.id.desc()).limit(NEWEST_DECISIONS).subquery()
    )

    def n(outcome: str) -> ColumnElement[int]:
        return func.count().filter(decision.outcome == outcome).label(outcome)

    counted = select(decision.clinic_id, n("proposed"), n("passed_over"), n("ineligible"))
    counted = counted.where(decision.decided_at > clock.now() - LOOKING_BACK)
    each = counted.group_by(decision.clinic_id).subquery()
    query = select(Clinic, each.c.proposed, each.c.passed_over, each.c.ineligible)
    query = query.join(each, each.c.clinic_id == Clinic.id).order_by(each.c.proposed.desc(), Clinic.name)
    return [Share(*row) for row in db.session.execute(query.limit(SHARES))]
