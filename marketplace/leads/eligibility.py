"""The rules of `routing.refusal` as conditions on summary rows, and the parts that statements over a market share."""

from collections.abc import Iterator
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
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
from marketplace.clinics.summaries import ClinicOffer
from marketplace.leads.routing import FULL

Statement = Select[*tuple[Any, ...]]
Columns = ReadOnlyColumnCollection[str, Any]
Rules = dict[str, ColumnElement[bool]]
T = TypeVar("T")

OFFER, LOAD = ClinicOffer.__table__, ClinicLoad.__table__
countries = bindparam("countries", type_=ARRAY(TEXT))
languages = bindparam("languages", type_=ARRAY(TEXT))
most_eur = bindparam("most_eur", type_=BigInteger)
procedure, treatment = bindparam("procedure", type_=Uuid), bindparam("treatment", type_=Uuid)
_asked, _home = bindparam("asked", type_=ARRAY(Uuid)), bindparam("home", type_=TEXT)
_today, _week = bindparam("today", type_=Date), bindparam("week", type_=Date)


def rules_of_clinic(clinic: Columns) -> Rules:
    """What keeps a published clinic of a wanted country from a request, in the order of `routing.refusal`."""
    return {
        "already_asked": clinic.clinic_id == any_(cast(unseen(_asked), ARRAY(Uuid))),
        "checks_not_current": func.coalesce(clinic.required_until < _today, true()),
    }


def rules_of_offer(offer: Columns) -> Rules:
    """What keeps a clinic that offers the procedure from a request, in the order of `routing.refusal`."""
    accepts = offer.accepts_countries
    return {
        "home_not_accepted": and_(func.cardinality(accepts) > 0, not_(_home == any_(accepts))),
        "no_shared_language": not_(offer.languages.overlap(languages)),
        "over_budget": offer.low_eur > most_eur,
    }


def rules_of_load(offer: Columns) -> Rules:
    """What keeps a clinic that took requests from another one."""
    below = bindparam("below", type_=Float)
    (day, daily), (week, weekly) = _taken(offer)
    return {"full": or_(day >= below * daily, week >= below * weekly)}


def fill_of(offer: Columns) -> ColumnElement[float]:
    """How full a clinic is, of the tighter of day and week; one that takes nobody is full."""
    parts = [taken / func.nullif(capacity, 0.0, type_=Float) for taken, capacity in _taken(offer)]
    return case((or_(offer.daily_capacity == 0, offer.weekly_capacity == 0), FULL), else_=func.greatest(*parts))


def _taken(offer: Columns) -> Iterator[tuple[ColumnElement[float], ColumnElement[float]]]:
    """What a clinic took and what it can take, of the day and of the week."""
    day = case((LOAD.c.day == _today, LOAD.c.day_taken), else_=0)
    week = case((LOAD.c.week == _week, LOAD.c.week_taken), else_=0)
    for taken, capacity in ((day, offer.daily_capacity), (week, offer.weekly_capacity)):
        yield cast(taken, Float), cast(capacity, Float)


def with_load(offer: FromClause) -> FromClause:
    """Offers with what each clinic took."""
    return offer.outerjoin(LOAD, LOAD.c.clinic_id == offer.c.clinic_id)


def first_of(rules: Rules) -> ColumnElement[str | None]:
    """The first rule that applies; NULL where none does."""
    return case(*((rule, fixed(code)) for code, rule in rules.items()))


def none_of(rules: Rules) -> ColumnElement[bool]:
    """None of the rules applies; hidden from the planner's estimates, as `unseen` values are."""
    return case(*((rule, false()) for rule in rules.values()), else_=true())


def fixed(value: T) -> BindParameter[T]:
    """The value, written into the statement: the plan that is kept rests on it."""
    return literal(value, literal_execute=True)


def unseen(value: BindParameter[T]) -> ColumnElement[T]:
    """The value, hidden from the planner: it then keeps one plan for all requests and saves making one for each.

    By what it could see it would find a plan of its own cheaper, although each is the same walk along an index.
    """
    return select(value).scalar_subquery()
