"""Builds the comparison of a request's quotes: the patient's currency, travel, the price at home."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from marketplace.catalogue import exchange
from marketplace.catalogue.course_costs import Total, Travel, known_travel, own_travel
from marketplace.catalogue.exchange import Convert
from marketplace.catalogue.geography import DEFAULT_HOME, everywhere, travel_dated
from marketplace.clinics.checks import Stamp, stamp_of_row
from marketplace.clinics.track_records import ShownRecord
from marketplace.foundation import clock
from marketplace.foundation.values.money import half_up
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import stands
from marketplace.quotes.quote_comparison import Basis, Compared, compare
from marketplace.quotes.quote_plans import checked_quote
from marketplace.quotes.red_flags import RedFlag, red_flags
from marketplace.quotes.request_quotes import RequestQuotes, UsualPrice


@dataclass(frozen=True)
class Own:
    """The reader's own figures in minor units of their currency: fare, night, and the whole course at home."""

    fare: int | None = None
    night: int | None = None
    home_course: int | None = None


@dataclass(frozen=True)
class Column:
    """One compared quote; amounts are rounded to `unit`.

    `changed` names the answers that changed after it; `before` is the version that it replaced, if any; `stamp` is its
    clinic's while that is published.
    """

    quote: Quote
    changed: list[str]
    before: Quote | None
    stamp: Stamp | None
    flags: list[RedFlag]
    result: Compared
    travel: Travel | None  # None where we have no estimate, and the patient gave none
    unit: int
    convert: Convert
    record: ShownRecord

    @property
    def session(self) -> Fraction | None:
        """Returns the exact price of one session in the patient's currency; None where there is no rate."""
        try:
            return self.convert(self.quote.price_per_session, self.quote.currency)
        except exchange.NoRate:
            return None

    @property
    def fare(self) -> int | None:
        """Returns the fare of one return trip in minor units, rounded as totals are; None where it is not known."""
        return half_up(self.travel.fare, unit=self.unit) if self.travel else None

    @property
    def night(self) -> int | None:
        """Returns the price of one night in minor units, rounded as totals are; None where it is not known."""
        return half_up(self.travel.night, unit=self.unit) if self.travel else None


@dataclass(frozen=True)
class ComparisonTable:
    """The columns shown, lowest total first, and what their figures rest on; `estimates` are ours, by country."""

    columns: list[Column]
    all_quotes: list[Quote]
    standing: frozenset[int]  # the numbers of those that count: neither declined nor of a clinic that may not go on
    currency: str
    rates_used: bool  # whether any amount shown was converted
    rate_day: date
    estimates: dict[str, Travel]
    travel_dated: date
    home_course: int | None
    home_is_own: bool
    travel_is_own: bool

    @property
    def lacks_travel(self) -> bool:
        """Returns whether totals are missing as nobody knows what the travel costs."""
        return any(column.travel is None for column in self.columns)

    @property
    def all_fit(self) -> bool:
        """Returns whether every plan shown can be done in the trips the patient has."""
        return all(column.result.plan.fits for column in self.columns)

    @property
    def span(self) -> tuple[Total, Total] | None:
        """Returns the lowest and the highest total shown of those that count; None unless there are two."""
        counted = [column.result.total for column in self.columns if column.quote.number in self.standing]
        totals = sorted((total for total in counted if total is not None), key=lambda total: total.exact)
        return (totals[0], totals[-1]) if len(totals) > 1 else None

    def sorted_by(self, order: str) -> "ComparisonTable":
        """Returns the same with its columns in an order of ORDERS."""
        return replace(self, columns=sorted(self.columns, key=ORDERS[order]))

    @property
    def is_kept(self) -> bool:
        """Returns whether the comparison begins with the quotes shown; with what was declined it never does."""
        begins = {quote.number for quote in _shown(self.all_quotes, ()) if quote.lead.quote_declined_at is None}
        return not self.keepable or set(self.keepable) == begins

    @property
    def keepable(self) -> list[int]:
        """Returns the numbers of the quotes shown that a comparison can begin with: those that were not declined."""
        return [column.quote.number for column in self.columns if column.quote.lead.quote_declined_at is None]


# By what columns are sorted; of equals the lowest total stands first. What is not known comes last.
ORDERS: dict[str, Callable[[Column], tuple[bool, Fraction | int]]] = {
    "total": lambda column: (False, 0),
    "session": lambda column: (column.session is None, column.session or 0),
    "trips": lambda column: (False, column.result.plan.counted.trips),
    "complete": lambda column: (False, -column.result.answered),
    "reply": lambda column: (not column.quote.lead.replied_in, _seconds(column.quote.lead.replied_in)),
    "checks": lambda column: (column.stamp is None, -column.stamp.passed if column.stamp else 0),
}


def _seconds(time: timedelta | None) -> int:
    return int(time.total_seconds()) if time else 0


def home_of(request: QuoteRequest) -> str:
    """Returns the country where the patient lives, or the default country."""
    return request.home_country or DEFAULT_HOME


def currency_of(request: QuoteRequest) -> str:
    """Returns the currency of the patient's budget, else of the home country; the euro where it has no rate."""
    return exchange.shown_currency(request.budget_currency or everywhere()[home_of(request)].currency)


def build_comparison_table(
    asked: RequestQuotes, *, numbers: Sequence[int] = (), view: str = "total", own: Own | None = None
) -> ComparisonTable:
    """Returns the comparison of a request's quotes.

    Without the reader's own figures it uses our travel estimates and the guide's price at home.
    """
    request, quotes = asked.request, asked.quotes
    own, currency = own or Own(), currency_of(request)
    standing = frozenset(quote.number for quote in quotes if stands(quote))
    shown = _shown(quotes, numbers)
    ours = {country: known_travel(home_of(request), country, currency) for country in _countries(shown)}
    estimates = {country: travel for country, travel in ours.items() if travel}
    home_course = _home_course(asked, shown, currency) if own.home_course is None else Fraction(own.home_course)
    travels = {country: own_travel(known, fare=own.fare, night=own.night) for country, known in ours.items()}
    exact = _is_exact(home_course, *(each for each in travels.values() if each))
    exact = exact and all(quote.currency == currency for quote in shown)
    unit = 1 if exact else exchange.one_whole(currency)
    basis = Basis(
        plans={quote.number: checked_quote(quote) for quote in shown},
        travels={quote.number: travels[quote.lead.clinic.country] for quote in shown},
        convert=exchange.into(currency),
        home_course=home_course,
        with_travel=view != "treatment",
        unit=unit,
        left_out=frozenset(quote.number for quote in quotes) - standing,
    )
    return ComparisonTable(
        columns=[_column(row, basis, asked) for row in compare(shown, basis)],
        all_quotes=quotes,
        standing=standing,
        currency=currency,
        rates_used=not exact,
        rate_day=exchange.rate_day(),
        estimates=estimates,
        travel_dated=travel_dated(),
        home_course=None if home_course is None else half_up(home_course, unit=unit),
        home_is_own=own.home_course is not None,
        travel_is_own=own.fare is not None or own.night is not None,
    )


def _shown(quotes: list[Quote], numbers: Sequence[int]) -> list[Quote]:
    """Returns the quotes asked for, else those kept in the comparison and not declined, else all.

    One of a clinic that may not go on stands marked.
    """
    named = [quote for quote in quotes if quote.number in numbers]
    return named or [quote for quote in quotes if _is_kept(quote)] or quotes


def _is_kept(quote: Quote) -> bool:
    return quote.lead.quote_declined_at is None and quote.lead.left_out_at is None


def _column(row: Compared, basis: Basis, asked: RequestQuotes) -> Column:
    quote = next(quote for quote in asked.quotes if quote.number == row.number)
    card = asked.cards.get(quote.id)
    return Column(
        quote,
        asked.changed[quote.id],
        asked.before.get(quote.id),
        stamp_of_row(card, clock.today()) if card else None,
        red_flags(quote, row.plan, asked.usual),
        row,
        basis.travels[row.number],
        basis.unit,
        basis.convert,
        asked.records[quote.id],
    )


def _countries(quotes: Sequence[Quote]) -> list[str]:
    return sorted({quote.lead.clinic.country for quote in quotes})


def _is_exact(home_course: Fraction | None, *travels: Travel) -> bool:
    """Returns whether no rate was used. As soon as one is, all amounts are rounded to whole units."""
    amounts = [home_course or Fraction(0), *(part for travel in travels for part in (travel.fare, travel.night))]
    return all(amount.denominator == 1 for amount in amounts)


def _home_course(asked: RequestQuotes, quotes: Sequence[Quote], currency: str) -> Fraction | None:
    """Returns the middle price at home for the same sessions; None where the quotes differ in them."""
    courses = {(quote.procedure_id, quote.sessions) for quote in quotes}
    if len(courses) != 1:
        return None
    procedure_id, sessions = courses.pop()
    at_home = next((usual for usual in asked.usual if _is_of(usual, procedure_id, asked.request.home_country)), None)
    if at_home is None:
        return None
    try:
        return exchange.exact((at_home.low + at_home.high) * sessions, at_home.currency, currency) / 2
    except exchange.NoRate:
        return None


def _is_of(usual: UsualPrice, procedure_id: UUID, country: str | None) -> bool:
    return (usual.procedure_id, usual.country) == (procedure_id, country)
