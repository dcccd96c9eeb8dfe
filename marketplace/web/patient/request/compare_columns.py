"""The columns of a comparison: the head of each and the action below it."""

from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace.leads.states import LeadState
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.comparison_table import Column, ComparisonTable
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState
from marketplace.web.filters import country_name
from marketplace.web.patient.request.quote_rows import quote_label


def columns(found: ComparisonTable) -> list[dict[str, str]]:
    """Returns the heads of the columns: clinic, place, and why the quote does not count where that is so."""
    marked = marks(found)
    return [{**_head(column), "mark": marked.get(str(column.quote.number), "")} for column in found.columns]


def marks(found: ComparisonTable) -> dict[str, str]:
    """Returns by number why a quote does not count: declined, expired, or of a clinic that may not go on."""
    return {str(quote.number): _why_not(quote) for quote in found.all_quotes if quote.number not in found.standing}


def _why_not(quote: Quote) -> str:
    return _("Cannot be chosen now") if quote.lead.state == LeadState.FROZEN else str(quote_label(quote)[0])


def _head(column: Column) -> dict[str, str]:
    quote, clinic = column.quote, column.quote.lead.clinic
    return {
        "id": f"q{quote.number}",
        "title": clinic.name,
        "href": f"/my/requests/{quote.lead.request.ref}/quotes/{quote.number}",
        "line": f"{clinic.city}, {country_name(clinic.country)}",
    }


@dataclass(frozen=True)
class Action:
    """What is below a column: the link to choose the quote, or why it cannot be chosen."""

    text: str
    href: str | None = None
    hidden_text: str | None = None
    is_frozen: bool = False


def actions(found: ComparisonTable) -> list[Action]:
    """Returns an action for each column.

    A quote can be chosen while it is open, its clinic active and its request open.
    """
    return [_action(column.quote) for column in found.columns]


def _action(quote: Quote) -> Action:
    lead = quote.lead
    if quote.state == QuoteState.SENT and lead.state != LeadState.FROZEN and lead.request.state == RequestState.OPEN:
        choose = f"/my/requests/{lead.request.ref}/quotes/{quote.number}/choose"
        return Action(_("Choose"), choose, hidden_text=lead.clinic.name)
    return Action(_why_not(quote), is_frozen=lead.state == LeadState.FROZEN)
