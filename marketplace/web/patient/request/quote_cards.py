"""What a request's page shows of each quote: the total for the patient, as compared, and what does not fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from marketplace.catalogue.trip_plans import cannot_text, plan_text, too_close_text, too_many_text
from marketplace.quotes.comparison_table import Column, ComparisonTable, build_comparison_table
from marketplace.quotes.models import Quote
from marketplace.quotes.quote_comparison import nights_included
from marketplace.quotes.quote_plans import checked_quote
from marketplace.quotes.request_quotes import RequestQuotes
from marketplace.web.clinic_words import prices_words
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.compare_amounts import ColumnAmounts
from marketplace.web.patient.request.quote_plans import figures_form, own_of
from marketplace.web.patient.request.quote_rows import given_before
from marketplace.web.plan_cards import hotel_text


@dataclass(frozen=True)
class QuoteCard:
    """A quote's total for the patient and its parts, in their currency (None without a rate), and its warnings.

    `price` is the clinic's for the course, in its own currency and about how much that is in the patient's; `plan` the
    trips that are counted, empty where there are none;
    `against_home` the difference from the price at home where it is known, `prices_kept` once enough have told it.
    """

    lacks_travel: bool
    price: Markup
    total: Markup | None
    parts: Markup | None
    plan: str
    against_home: Markup | None
    prices_kept: str | None
    warnings: list[str]


def compared(quotes: RequestQuotes) -> ComparisonTable:
    """Returns the comparison of all quotes of the request, with the patient's own figures of this visit."""
    figures = figures_form(quotes.request, quotes.quotes)
    return build_comparison_table(quotes, numbers=[quote.number for quote in quotes.quotes], own=own_of(figures))


def quote_cards(found: ComparisonTable) -> Mapping[UUID, QuoteCard]:
    """Returns the card of each quote by its id, in the order of the comparison."""
    return {column.quote.id: _card(column, found.currency) for column in found.columns}


def _card(column: Column, currency: str) -> QuoteCard:
    total, amounts = column.result.total, ColumnAmounts(column, currency)
    amount, parts = (amounts.total(total), amounts.parts(total)) if total else (None, None)
    home, record, counted = column.result.against_home, column.record, column.result.plan.counted
    return QuoteCard(
        lacks_travel=column.travel is None,
        price=amounts.price(),
        total=amount,
        parts=parts,
        plan=plan_text(counted) if counted.nights else "",
        against_home=None if home is None else amounts.against_home(home),
        prices_kept=prices_words(record) if record.shows_prices else None,
        warnings=column_warnings(column),
    )


def column_warnings(column: Column) -> list[str]:
    """Returns what to settle about the quote: its plan and hotel, and whether it was given before answers changed."""
    plan = column.result.plan
    told = (
        (not plan.can_be_done, cannot_text),
        (plan.too_many_trips, too_many_text),
        (plan.too_close, too_close_text),
    )
    further = (hotel_text(nights_included(column.quote, plan)), given_before(column.changed))
    return [words(plan) for holds, words in told if holds] + [text for text in further if text]


@blueprint.app_template_filter()
def hotel_to_confirm(quote: Quote) -> str | None:
    """Returns what to confirm about the hotel of a quote; None where there is nothing unusual."""
    return hotel_text(nights_included(quote, checked_quote(quote)))
