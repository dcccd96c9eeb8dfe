"""Reads a request with its quotes and all that they are measured by, in one statement however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased, contains_eager

from marketplace.catalogue import exchange
from marketplace.catalogue.models import PriceRange, Procedure
from marketplace.clinics.summaries import ClinicCard
from marketplace.clinics.track_records import ShownRecord, TrackRecord, shown
from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.problems import NotFound
from marketplace.leads.consent import lead_may_read
from marketplace.leads.models import Lead
from marketplace.leads.queries import CHANGED, NEEDS, names_changed
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import COMPARABLE, is_version_before

Rows = list[list[Any]]
Column = SQLColumnExpression[Any]


class UsualPrice(NamedTuple):
    """A stored range of prices per session, in minor units of its currency."""

    procedure_id: UUID
    country: str
    low: int
    high: int
    currency: str


@dataclass(frozen=True)
class RequestQuotes:
    """A request and the quotes that its patient may compare, in the order they came.

    `changed` names, by quote, the answers its clinic may read that changed after it was written; `before` has the
    version that a quote replaced, by quote; `usual` the stored prices of what is quoted, in any country; `cards` what
    lists show of its clinic, by quote, where that is published; `records` its clinic's track record.
    """

    request: QuoteRequest
    quotes: list[Quote]
    changed: Mapping[UUID, list[str]]
    before: Mapping[UUID, Quote]
    usual: list[UsualPrice]
    cards: Mapping[UUID, ClinicCard]
    records: Mapping[UUID, ShownRecord]


def request_quotes(ref: str) -> RequestQuotes:
    """Returns the request with its quotes; its rates are those of the rest of the page. Raises NotFound."""
    rows = db.session.execute(_statement(), {"ref": ref}).all()
    if not rows:
        raise NotFound("request")
    request, _quote, _before, _card, _record, rates, usual, changes, *_may_read = rows[0]
    exchange.keep_listed(rates or ())
    latest = {name: datetime.fromisoformat(at) for name, at in changes or ()}
    quoted = [row for row in rows if row[1] is not None]
    return RequestQuotes(
        request,
        quotes=[quote for _request, quote, *_rest in quoted],
        changed={row[1].id: _changed(latest, row[1], row[8:]) for row in quoted},
        before={quote.id: before for _request, quote, before, *_rest in quoted if before is not None},
        usual=[UsualPrice(UUID(id_), *rest) for id_, *rest in usual or ()],
        cards={quote.id: card for _request, quote, _before, card, *_rest in quoted if card is not None},
        records={row[1].id: shown(row[4]) for row in quoted},
    )


def _changed(latest: Mapping[str, datetime], quote: Quote, may_read: Sequence[bool]) -> list[str]:
    return names_changed(latest, quote.written_at, may_read=dict(zip(NEEDS, may_read, strict=True)))


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    before = aliased(Quote)
    may_read = map(lead_may_read, NEEDS.values())
    query = select(
        QuoteRequest, Quote, before, ClinicCard, TrackRecord, exchange.newest(), _usual(), _changes(), *may_read
    )
    query = query.outerjoin(Quote, (Quote.request_id == QuoteRequest.id) & Quote.state.in_(COMPARABLE))
    query = query.outerjoin(before, before.id == _last_before())
    query = query.outerjoin(Quote.lead).outerjoin(Lead.clinic).outerjoin(Quote.procedure).outerjoin(Procedure.treatment)
    query = query.outerjoin(ClinicCard, ClinicCard.clinic_id == Lead.clinic_id)
    query = query.outerjoin(TrackRecord, TrackRecord.clinic_id == Lead.clinic_id)
    query = query.options(
        contains_eager(Quote.lead).contains_eager(Lead.clinic),
        contains_eager(Quote.procedure).contains_eager(Procedure.treatment),
    )
    return query.where(QuoteRequest.ref == bindparam("ref")).order_by(Quote.number)


def _last_before() -> Column:
    earlier = aliased(Quote)
    query = select(earlier.id).where(is_version_before(earlier, lead_id=Quote.lead_id, number=Quote.number))
    return query.order_by(earlier.number.desc()).limit(1).correlate(Quote).scalar_subquery()


def _usual() -> Column:
    quoted = select(Quote.procedure_id).where(Quote.request_id == QuoteRequest.id).correlate(QuoteRequest)
    columns = (PriceRange.procedure_id, PriceRange.country, PriceRange.low, PriceRange.high, PriceRange.currency)
    return _list_of(*columns).where(PriceRange.procedure_id.in_(quoted)).scalar_subquery()


def _changes() -> Column:
    latest = select(AuditEntry.reason, func.max(AuditEntry.at).label("at")).group_by(AuditEntry.reason)
    latest = latest.where(AuditEntry.request_id == QuoteRequest.id, CHANGED).correlate(QuoteRequest)
    found = latest.lateral()
    return _list_of(found.c.reason, found.c.at).scalar_subquery()


def _list_of(*columns: Column) -> Select[Rows]:
    return select(func.jsonb_agg(func.jsonb_build_array(*columns), type_=JSONB))
