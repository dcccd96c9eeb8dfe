"""Reads the facts that routing decides by: of a request, of the best clinics for it, and of clinics named."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.engine import Row

from marketplace.catalogue import exchange
from marketplace.catalogue.models import Procedure
from marketplace.clinics.market import market
from marketplace.clinics.models import Check, Clinic, ClinicLoad, ClinicPrice
from marketplace.clinics.states import REQUIRED_CHECKS
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads import eligible
from marketplace.leads.eligibility import Statement
from marketplace.leads.models import RoutingProposal
from marketplace.leads.routing import FULL, Candidate, RequestFacts, Standing, fill_to_beat
from marketplace.quote_requests.models import Consent, Photo, QuoteRequest
from marketplace.quote_requests.queries import treatment_of


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


def read_best(request: QuoteRequest, facts: RequestFacts, *, most: int = eligible.CONSIDERED) -> list[Standing]:
    """Returns the best eligible clinics of the market: the first 200 by the part of their score that stays.

    Full ones are not among them. Where they are so full that others with more room could be proposed in their place,
    the first 200 of those come with them.
    """
    found = _best(request, facts, most=most)
    below = fill_to_beat(found) if len(found) == most else 0.0
    others = _best(request, facts, below=below, most=most) if below else []
    return found + [clinic for clinic in others if clinic not in found]


def _best(request: QuoteRequest, facts: RequestFacts, *, most: int, below: float = FULL) -> list[Standing]:
    variant = _variant(request, facts)
    found = _rows(eligible.best(**variant, most=most), request, facts, below=below)
    if len(found) < most and count_published(facts.destinations)[0] > eligible.READ_AT_MOST:
        found = _rows(eligible.all_fitting(**variant, most=most), request, facts, below=below)
    return [Standing(*row) for row in found]


def is_anyone_eligible(request: QuoteRequest, facts: RequestFacts) -> bool:
    """Whether any clinic could get the request now."""
    return bool(_rows(eligible.all_fitting(**_variant(request, facts), most=1), request, facts))


def _variant(request: QuoteRequest, facts: RequestFacts) -> dict[str, bool]:
    return {"unsure": request.procedure_id is None, "anywhere": not facts.destinations}


def _rows(
    statement: Statement, request: QuoteRequest, facts: RequestFacts, *, below: float = FULL
) -> Sequence[Row[*tuple[Any, ...]]]:
    most_eur = None if facts.budget_eur is None else facts.budget_eur // _sessions(request)
    wanted = {"procedure": request.procedure_id, "treatment": request.treatment_id}
    values = eligible.values(facts, most_eur=most_eur, below=below)
    return db.session.execute(statement, values | wanted).all()


def read_reasons(request: QuoteRequest, facts: RequestFacts) -> dict[UUID, str | None]:
    """Returns why clinics of the wanted countries are not eligible, None for one that is.

    They are the first 500 of the list of clinics: in a smaller market all of them that are published.
    """
    statement = eligible.explained(**_variant(request, facts))
    return {clinic_id: reason for clinic_id, reason in _rows(statement, request, facts)}


def count_published(countries: Collection[str]) -> tuple[int, int]:
    """Counts the published clinics of these countries, of all where none is named, and those of all others.

    They are as many as when the listings were last counted.
    """
    counts = market().facets["country"]
    inside = sum(count for country, count in counts.items() if not countries or country in countries)
    return inside, sum(counts.values()) - inside


def read_named(request: QuoteRequest, clinic_ids: Collection[UUID]) -> list[Candidate]:
    """Returns the facts of these clinics from their own rows, whether or not they can be found."""
    today, sessions = clock.today(), _sessions(request)
    rows = db.session.execute(_facts_of(clinic_ids, request, today))
    return [_candidate(row, sessions=sessions, today=today) for row in rows]


class Named(NamedTuple):
    """A clinic and its facts; of the request its photos, the texts of its standing consents, and whether its person
    was shown proposals."""

    clinic: Clinic
    candidate: Candidate
    photo_ids: tuple[UUID, ...]
    consent_texts: list[str]
    was_shown: bool


def read_facts(request: QuoteRequest, clinic_ids: Select[UUID]) -> list[Named]:
    """Returns the selected clinics by name with their facts, and what else of the request is read with them."""
    today, sessions = clock.today(), _sessions(request)
    photo_ids = select(func.array_agg(aggregate_order_by(Photo.id, Photo.id))).where(Photo.request_id == request.id)
    shown = exists().where(RoutingProposal.request_id == request.id)
    query = _facts_of(clinic_ids, request, today).order_by(Clinic.name)
    query = query.add_columns(photo_ids.scalar_subquery(), _standing_texts(request).scalar_subquery(), shown)
    return [
        Named(row[0], _candidate(row[:4], sessions=sessions, today=today), tuple(row[4] or ()), row[5] or [], row[6])
        for row in db.session.execute(query)
    ]


def _standing_texts(request: QuoteRequest) -> Select[Any]:
    """Of a clinic and purpose the newest word decides."""
    newest = select(Consent.text, Consent.act).ext(distinct_on(Consent.clinic_id, Consent.purpose))
    newest = newest.where(Consent.request_id == request.id)
    rows = newest.order_by(Consent.clinic_id, Consent.purpose, Consent.number.desc()).subquery()
    return select(func.array_agg(rows.c.text.distinct())).where(rows.c.act == "given")


def _sessions(request: QuoteRequest) -> int:
    """The usual number of sessions, for a budget of the whole course: of the treatment's first procedure, if unsure."""
    procedure = request.procedure or treatment_of(request).procedures[0]
    return int(procedure.facts["sessions"][0])


def _facts_of(clinic_ids: Collection[UUID] | Select[UUID], request: QuoteRequest, today: date) -> Select[Any]:
    in_date = select(Check.clinic_id, func.count().label("passed")).where(Check.clinic_id.in_(clinic_ids))
    in_date = in_date.where(Check.kind.in_(REQUIRED_CHECKS), Check.in_date(today)).group_by(Check.clinic_id)
    checks, prices = in_date.subquery(), _prices(request).where(ClinicPrice.clinic_id.in_(clinic_ids)).subquery()
    return (
        select(Clinic, checks.c.passed, prices.c.low_eur, ClinicLoad)
        .outerjoin(checks, checks.c.clinic_id == Clinic.id)
        .outerjoin(prices, prices.c.clinic_id == Clinic.id)
        .outerjoin(ClinicLoad, ClinicLoad.clinic_id == Clinic.id)
        .where(Clinic.id.in_(clinic_ids))
    )


def _prices(request: QuoteRequest) -> Select[UUID, int]:
    """Each clinic's lowest price of what is asked for; where the person is unsure, of the treatment's procedures."""
    price = select(ClinicPrice.clinic_id, func.min(ClinicPrice.low_eur).label("low_eur"))
    if request.procedure_id:
        price = price.where(ClinicPrice.procedure_id == request.procedure_id)
    else:
        price = price.join(Procedure).where(Procedure.treatment_id == request.treatment_id)
    return price.group_by(ClinicPrice.clinic_id)


def _candidate(row: Sequence[Any], *, sessions: int, today: date) -> Candidate:
    clinic, passed, low_eur, load = row
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
        return FULL
    if load is None:
        return 0.0
    day_taken = load.day_taken if load.day == today else 0
    week_taken = load.week_taken if load.week == today - timedelta(days=today.weekday()) else 0
    return max(day_taken / clinic.daily_capacity, week_taken / clinic.weekly_capacity)
