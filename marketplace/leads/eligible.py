"""The statements that find a request's eligible clinics among the offers of a market, however many there are.

Each offer has its part of the score that stays (`answer_weight`) and its place among equals (`shuffle`) stored. The
best are read from an index weight by weight; within a weight from a place drawn from the request's id to the end, then
from the beginning: so each of many equal clinics gets its turn. Whom they leave out is whom `routing.refusal` refuses.
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Float,
    Integer,
    Select,
    TableValuedAlias,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from marketplace.clinics.models import ClinicLoad
from marketplace.clinics.summaries import ClinicCard, ClinicOffer
from marketplace.foundation import clock
from marketplace.leads.routing import FULL, RequestFacts

CONSIDERED = 200  # the best by the stored part of the score: the whole of it is reckoned for each of them
EXPLAINED = 500  # clinics of the wanted countries that are read to say why others were not considered
WEIGHTS = 20  # `answer_weight` is a number of twentieths
LOWEST, HIGHEST = -(2**63), 2**63 - 1  # places among equals

Statement = Select[*tuple[Any, ...]]
Rules = dict[str, ColumnElement[bool]]
T = TypeVar("T")

_offer, _card, _load = ClinicOffer.__table__.c, ClinicCard.__table__.c, ClinicLoad.__table__.c
_today, _week = bindparam("today", type_=Date), bindparam("week", type_=Date)
_start = bindparam("start", type_=BigInteger)


def values(facts: RequestFacts, *, most_eur: int | None, below: float = FULL) -> dict[str, object]:
    """Returns what the statements ask for, but for what is wanted; `most_eur` is the budget of a session in euro cents.

    Clinics that are `below` or fuller are left out.
    """
    today = clock.today()
    return {
        "today": today,
        "week": today - timedelta(days=today.weekday()),
        "countries": sorted(facts.destinations),
        "languages": sorted(facts.languages),
        "home": facts.home_country,
        "most_eur": HIGHEST if most_eur is None else most_eur,
        "asked": sorted(facts.already_asked),
        "start": max(place_of(facts), LOWEST + 1),
        "below": below,
    }


def place_of(facts: RequestFacts) -> int:
    """Returns the place among equals at which this request begins."""
    return int.from_bytes(hashlib.sha256(facts.request_id.bytes).digest()[:8], "big", signed=True)


@cache
def best(*, unsure: bool, anywhere: bool, most: int = CONSIDERED) -> Statement:
    """Selects the best eligible offers by weight, one a clinic, with how full each clinic is, at most `most`.

    Of each wanted country it reads so many, and those on the way there that are not eligible, whatever the market.
    """
    steps = func.generate_series(_fixed(0), _fixed(2 * WEIGHTS + 1)).table_valued(column("number", Integer))
    series = steps.render_derived(name="series")
    # Two steps a weight: from the request's place to the end, then from the beginning to its place.
    step = select(series.c.number).order_by(series.c.number).subquery("step")
    country, limit = _named_countries(), _fixed(most)
    is_second = step.c.number % 2 == 1
    read = select(_offer.clinic_id, _offer.leads_sent, _offer.leads_answered, _fill().label("fill"), _offer.shuffle)
    found = (
        _from_offers(read)
        .where(
            _wanted(unsure=unsure),
            *(() if anywhere else (_offer.country == country.c.code,)),
            _offer.answer_weight == WEIGHTS - step.c.number // 2,
            _offer.shuffle >= case((is_second, LOWEST), else_=_start),
            _offer.shuffle <= case((is_second, _start - 1), else_=HIGHEST),
            _none_of(_rules_of_clinic(_offer) | _rules_of_offer()),
            _none_of(_rules_of_load()),
        )
        .order_by(_offer.shuffle)
        .limit(limit)
        .lateral("found")
    )
    places = step if anywhere else step.join(country, true())
    chosen = select(*found.c[:-1]).select_from(places.join(found, true()))
    return chosen.order_by(step.c.number, found.c.shuffle).limit(limit)


@cache
def explained(*, unsure: bool, anywhere: bool) -> Statement:
    """Selects published clinics of the wanted countries with the reason why each is not eligible, NULL where it is.

    They are the first of the list of clinics, at most EXPLAINED.
    """
    limit, country = _fixed(EXPLAINED), _named_countries()
    cards = select(_card.clinic_id, _card.required_until, _card.checks_rank, _card.shuffle)
    cards = cards.order_by(_card.checks_rank, _card.shuffle).limit(limit)
    if not anywhere:
        of_country = cards.where(_card.country == country.c.code).lateral("of_country")
        cards = select(*of_country.c).select_from(country.join(of_country, true()))
        cards = cards.order_by(of_country.c.checks_rank, of_country.c.shuffle).limit(limit)
    card = cards.subquery("card")
    reason = _first(_rules_of_offer() | _rules_of_load())
    offered = _from_offers(select(_offer.clinic_id, reason.label("reason")))
    offered = offered.where(_wanted(unsure=unsure), _offer.clinic_id == card.c.clinic_id)
    # One at a time: none of the great tables is read whole for the sake of these few clinics.
    offer = offered.limit(_fixed(1)).lateral("offer")
    rules = _rules_of_clinic(card.c) | {"procedure_not_offered": offer.c.clinic_id.is_(None)}
    read = select(card.c.clinic_id, func.coalesce(_first(rules), offer.c.reason))
    return read.select_from(card.outerjoin(offer, true()))


def _named_countries() -> TableValuedAlias:
    codes = _unseen(bindparam("countries", type_=ARRAY(TEXT)))
    return func.unnest(codes).table_valued("code").render_derived(name="country")


def _from_offers(query: Statement) -> Statement:
    offer, load = ClinicOffer.__table__, ClinicLoad.__table__
    return query.select_from(offer.outerjoin(load, _load.clinic_id == _offer.clinic_id))


def _wanted(*, unsure: bool) -> ColumnElement[bool]:
    """The offer of the procedure; where the person is unsure, the clinic's lowest of the treatment."""
    if unsure:
        return and_(_offer.treatment_id == _unseen(bindparam("treatment", type_=Uuid)), _offer.is_lowest)
    return _offer.procedure_id == _unseen(bindparam("procedure", type_=Uuid))


def _rules_of_clinic(clinic: ReadOnlyColumnCollection[str, Any]) -> Rules:
    """What keeps a published clinic of a wanted country from a request, in the order of `routing.refusal`."""
    return {
        "already_asked": clinic.clinic_id == any_(cast(_unseen(bindparam("asked", type_=ARRAY(Uuid))), ARRAY(Uuid))),
        "checks_not_current": func.coalesce(clinic.required_until < _today, true()),
    }


def _rules_of_offer() -> Rules:
    """What keeps a clinic that offers the procedure from a request, in the order of `routing.refusal`."""
    accepts = _offer.accepts_countries
    return {
        "home_not_accepted": and_(func.cardinality(accepts) > 0, not_(bindparam("home", type_=TEXT) == any_(accepts))),
        "no_shared_language": not_(_offer.languages.overlap(bindparam("languages", type_=ARRAY(TEXT)))),
        "over_budget": _offer.low_eur > bindparam("most_eur", type_=BigInteger),
    }


def _rules_of_load() -> Rules:
    below = bindparam("below", type_=Float)
    (day, daily), (week, weekly) = _taken()
    return {"full": or_(day >= below * daily, week >= below * weekly)}


def _none_of(rules: Rules) -> ColumnElement[bool]:
    """None of the rules applies; hidden from the planner's estimates, as `_unseen` values are."""
    return case(*((rule, false()) for rule in rules.values()), else_=true())


def _fixed(value: T) -> BindParameter[T]:
    """The value, written into the statement: the plan that is kept rests on it."""
    return literal(value, literal_execute=True)


def _unseen(value: BindParameter[T]) -> ColumnElement[T]:
    """The value, hidden from the planner: it then keeps one plan for all requests and saves making one for each.

    By what it could see it would find a plan of its own cheaper, although each is the same walk along an index.
    """
    return select(value).scalar_subquery()


def _first(rules: Rules) -> ColumnElement[str | None]:
    return case(*((rule, _fixed(code)) for code, rule in rules.items()))


def _fill() -> ColumnElement[float]:
    """How full a clinic is, of the tighter of day and week; one that takes nobody is full."""
    parts = [taken / func.nullif(capacity, 0.0, type_=Float) for taken, capacity in _taken()]
    return case((or_(_offer.daily_capacity == 0, _offer.weekly_capacity == 0), FULL), else_=func.greatest(*parts))


def _taken() -> Iterator[tuple[ColumnElement[float], ColumnElement[float]]]:
    """What a clinic took and what it can take, of the day and of the week."""
    day = case((_load.day == _today, _load.day_taken), else_=0)
    week = case((_load.week == _week, _load.week_taken), else_=0)
    for taken, capacity in ((day, _offer.daily_capacity), (week, _offer.weekly_capacity)):
        yield cast(taken, Float), cast(capacity, Float)
