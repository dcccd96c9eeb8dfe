"""A request's quotes with everything a comparison needs: the patient's currency, travel, the price at home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import homes, travel
from marketplace.catalogue.models import PriceRange
from marketplace.extensions import db
from marketplace.foundation.money import minor_units
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.comparison import Compared, Travel, compare
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import sent_quotes


@dataclass(frozen=True)
class Column:
    """One quote as it is compared; `price` is the course in the patient's currency where there is a rate."""

    quote: Quote
    result: Compared
    travel: Travel
    price: int | None


@dataclass(frozen=True)
class SideBySide:
    """The chosen columns, lowest total first, and what the figures stand on."""

    columns: list[Column]
    all_quotes: list[Quote]
    currency: str
    rate_day: date
    fare: int | None
    night: int | None
    travel_source: str


def currency_of(request: QuoteRequest) -> str:
    """The one the patient named with a budget, else the one of the home country, else euro."""
    wished = request.budget_currency or homes()[request.home_country or "GB"].currency
    return wished if wished in exchange.rates().per_euro else exchange.EURO


def side_by_side(
    request: QuoteRequest,
    *,
    numbers: Sequence[int] = (),
    view: str = "total",
    fare: int | None = None,
    night: int | None = None,
) -> SideBySide:
    """`fare` and `night` are the reader's own, in minor units of their currency; without them our estimates count."""
    currency = currency_of(request)
    quotes = sent_quotes(request)
    shown = [quote for quote in quotes if quote.number in numbers] or quotes
    trips = {quote.number: _travel(request, quote, currency, fare=fare, night=night) for quote in shown}
    compared = compare(
        shown,
        travel=lambda quote: trips[quote.number],
        convert=lambda minor, of: _converted(minor, of, currency),
        home_course=_home_course(request, shown, currency),
        view=view,
    )
    by_number = {quote.number: quote for quote in shown}
    columns = [_column(by_number[row.number], row, trips, currency) for row in compared]
    source = travel(request.home_country or "GB", shown[0].lead.clinic.country).source if shown else ""
    return SideBySide(columns, quotes, currency, exchange.rate_day(), fare, night, source)


def _column(quote: Quote, row: Compared, trips: dict[int, Travel], currency: str) -> Column:
    return Column(quote, row, trips[quote.number], _converted(quote.total, quote.currency, currency))


def _converted(minor: int, of: str, to: str) -> int | None:
    try:
        return exchange.about(minor, of, to)
    except exchange.NoRate:
        return None


def _travel(request: QuoteRequest, quote: Quote, currency: str, *, fare: int | None, night: int | None) -> Travel:
    estimate = travel(request.home_country or "GB", quote.lead.clinic.country)
    usual = [
        _converted(minor_units(amount, estimate.currency), estimate.currency, currency) or 0
        for amount in (estimate.fare, estimate.night)
    ]
    return Travel(fare=usual[0] if fare is None else fare, night=usual[1] if night is None else night)


def _home_course(request: QuoteRequest, quotes: Sequence[Quote], currency: str) -> int | None:
    """The middle of the price range at home for the same number of sessions; only where all quotes agree on it."""
    courses = {(quote.procedure_id, quote.sessions) for quote in quotes}
    if len(courses) != 1:
        return None
    procedure_id, sessions = courses.pop()
    at_home = db.session.scalar(
        select(PriceRange).where(PriceRange.procedure_id == procedure_id, PriceRange.country == request.home_country)
    )
    if at_home is None:
        return None
    return _converted((at_home.low + at_home.high) // 2 * sessions, at_home.currency, currency)
