"""Reads the facts of every clinic that routing considers, in one query."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.engine import Row

from marketplace.catalogue import exchange
from marketplace.catalogue.models import Procedure
from marketplace.clinics.models import Check, Clinic, ClinicLoad, ClinicPrice
from marketplace.clinics.states import REQUIRED_CHECKS, ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.routing import Candidate, RequestFacts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import treatment_of

CONSIDERED = (ListingState.PUBLISHED, ListingState.PAUSED, ListingState.SUSPENDED)
MAX_CONSIDERED = 500  # with a row of their own to judge; the rest of the world is counted by country


def request_facts(request: QuoteRequest, *, already_asked: frozenset[UUID] = frozenset()) -> RequestFacts:
    """Returns what of a request decides the routing; the budget counts only where the patient shares it."""
    return RequestFacts(
        request_id=request.id,
        home_country=request.home_country or "",
        destinations=frozenset(request.destinations),
        languages=frozenset(request.languages),
        budget_eur=_budget_eur(request),
        first_clinic=request.started_from_id,
        already_asked=already_asked,
    )


def _budget_eur(request: QuoteRequest) -> int | None:
    if not request.share_budget or request.budget_amount is None or request.budget_currency is None:
        return None
    try:
        return exchange.convert(request.budget_amount, request.budget_currency, "EUR").minor
    except exchange.NoRate:
        return None


def read_candidates(request: QuoteRequest, *, among: Collection[UUID] | None = None) -> list[Candidate]:
    """Returns the clinics of the wanted countries, of every country where none is named, or of `among` only."""
    today = clock.today()
    sessions = _sessions(request)
    query = _facts(request, today)
    query = query.limit(MAX_CONSIDERED) if among is None else query.where(Clinic.id.in_(among))
    rows = db.session.execute(query)
    return [_candidate(row, sessions=sessions, today=today) for row in rows]


def count_in_other_countries(request: QuoteRequest) -> int:
    """Counts the clinics that were not considered because they are in other countries."""
    if not request.destinations:
        return 0
    outside = select(func.count()).select_from(Clinic)
    outside = outside.where(Clinic.listing_state.in_(CONSIDERED), Clinic.country.not_in(request.destinations))
    return db.session.scalar(outside) or 0


def _sessions(request: QuoteRequest) -> int:
    """The usual number of sessions, for a budget of the whole course: of the treatment's first procedure, if unsure."""
    procedure = request.procedure or treatment_of(request).procedures[0]
    return int(procedure.facts["sessions"][0])


def _facts(request: QuoteRequest, today: date) -> Select[Any]:
    checks = (
        select(Check.clinic_id, func.count().label("passed"))
        .where(Check.kind.in_(REQUIRED_CHECKS), Check.in_date(today))
        .group_by(Check.clinic_id)
        .subquery()
    )
    prices = _prices(request).subquery()
    query = (
        select(Clinic, checks.c.passed, prices.c.low_eur, ClinicLoad)
        .outerjoin(checks, checks.c.clinic_id == Clinic.id)
        .outerjoin(prices, prices.c.clinic_id == Clinic.id)
        .outerjoin(ClinicLoad, ClinicLoad.clinic_id == Clinic.id)
        .where(Clinic.listing_state.in_(CONSIDERED))
        .order_by(
            case((and_(checks.c.passed == len(REQUIRED_CHECKS), prices.c.low_eur.is_not(None)), 0), else_=1),
            Clinic.id,
        )
    )
    return query.where(Clinic.country.in_(request.destinations)) if request.destinations else query


def _prices(request: QuoteRequest) -> Select[UUID, int]:
    """Each clinic's lowest price of what is asked for; where the person is unsure, of the treatment's procedures."""
    price = select(ClinicPrice.clinic_id, func.min(ClinicPrice.low_eur).label("low_eur"))
    if request.procedure_id:
        price = price.where(ClinicPrice.procedure_id == request.procedure_id)
    else:
        price = price.join(Procedure).where(Procedure.treatment_id == request.treatment_id)
    return price.group_by(ClinicPrice.clinic_id)


def _candidate(row: Row[Any], *, sessions: int, today: date) -> Candidate:
    clinic, passed, low_eur, load = tuple(row)
    return Candidate(
        clinic_id=clinic.id,
        country=clinic.country,
        listing_state=clinic.listing_state,
        checks_current=passed == len(REQUIRED_CHECKS),
        offers_procedure=low_eur is not None,
        languages=frozenset(clinic.languages),
        accepts_countries=frozenset(clinic.accepts_countries),
        course_low_eur=low_eur * sessions if low_eur is not None else None,
        leads_sent=clinic.leads_sent,
        leads_answered=clinic.leads_answered,
        fill=_fill(clinic, load, today),
    )


def _fill(clinic: Clinic, load: ClinicLoad | None, today: date) -> float:
    if not clinic.daily_capacity or not clinic.weekly_capacity:
        return 1.0
    if load is None:
        return 0.0
    day_taken = load.day_taken if load.day == today else 0
    week_taken = load.week_taken if load.week == today - timedelta(days=today.weekday()) else 0
    return max(day_taken / clinic.daily_capacity, week_taken / clinic.weekly_capacity)
