"""What the public page of a clinic shows, read by one statement however many people, prices and checks it has."""

from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from marketplace.catalogue.market_version import MarketVersion
from marketplace.catalogue.models import Procedure, Treatment
from marketplace.catalogue.published import content_of
from marketplace.clinics.models import Check, Clinic, ClinicPerson, ClinicPrice
from marketplace.clinics.states import ListingState
from marketplace.clinics.track_records import COLUMNS, ShownRecord, TrackRecord
from marketplace.extensions import db
from marketplace.foundation.problems import NotFound

Rows = list[list[Any]]
Column = SQLColumnExpression[Any]
SHOWN = (ListingState.PUBLISHED, ListingState.PAUSED)


class ShownPerson(NamedTuple):
    """A person who treats at the clinic."""

    name: str
    role: str
    register_number: str | None


class ShownPrice(NamedTuple):
    """A price of the clinic's list, in minor units of its currency."""

    procedure: str
    low: int
    high: int
    currency: str
    package_sessions: int | None
    package_price: int | None
    facts: dict[str, Any]  # of the procedure: sessions, spacing_weeks
    listed_on: date


class ListingPage(NamedTuple):
    """The clinic, and what its page lists: people, prices treatment by treatment, checks."""

    clinic: Clinic
    people: list[ShownPerson]
    prices: list[ShownPrice]
    checks: list[Check]
    record: ShownRecord


def listing_page(slug: str) -> ListingPage:
    """Returns what the page of a published or paused clinic shows. Raises NotFound."""
    found = db.session.execute(_statement(), {"slug": slug}).one_or_none()
    if found is None:
        raise NotFound("clinic")
    clinic, people, prices, checks, record, version = found
    content_of(version)  # with the rates that prices are converted by
    return ListingPage(
        clinic,
        [ShownPerson(*person) for person in people or ()],
        [_price(*price) for price in prices or ()],
        [_check(*check) for check in checks or ()],
        ShownRecord(*record) if record else ShownRecord(),
    )


def _price(*stored: Any) -> ShownPrice:
    return ShownPrice._make((*stored[:-1], date.fromisoformat(str(stored[-1]))))


def _check(kind: str, state: str, passed_at: str | None, expires_on: str | None) -> Check:
    """Returns what a stamp is made of; the page of checks reads the rest."""
    return Check(
        kind=kind,
        state=state,
        passed_at=passed_at and datetime.fromisoformat(passed_at),
        expires_on=expires_on and date.fromisoformat(expires_on),
    )


@cache
def _statement() -> Select[*tuple[Clinic, Rows, Rows, Rows, list[Any], UUID]]:
    person, price = ClinicPerson, ClinicPrice
    people = _list_of(person.name, person.role, person.register_number, order=(person.position,))
    checks = _list_of(Check.kind, Check.state, Check.passed_at, Check.expires_on, order=(Check.position,))
    package = (price.package_sessions, price.package_price)
    place = (func.coalesce(Treatment.position, 0), Procedure.position)
    prices = _list_of(
        Procedure.name, price.low, price.high, price.currency, *package, Procedure.facts, price.listed_on, order=place
    )
    record = select(func.jsonb_build_array(*COLUMNS, type_=JSONB))
    query = select(
        Clinic,
        people.where(person.clinic_id == Clinic.id).scalar_subquery(),
        prices.join_from(price, Procedure).join(Treatment).where(price.clinic_id == Clinic.id).scalar_subquery(),
        checks.where(Check.clinic_id == Clinic.id).scalar_subquery(),
        record.where(TrackRecord.clinic_id == Clinic.id).scalar_subquery(),
        select(MarketVersion.version).scalar_subquery(),
    )
    return query.where(Clinic.slug == bindparam("slug"), Clinic.listing_state.in_(SHOWN))


def _list_of(*columns: Column, order: tuple[Column, ...]) -> Select[Rows]:
    return select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*columns), *order), type_=JSONB))
