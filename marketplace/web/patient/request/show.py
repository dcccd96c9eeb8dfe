"""A request's own page: its state, the clinics that have it, and their quotes."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.leads import status_texts
from marketplace.leads.messages import CLINIC, takes_messages, unread_counts
from marketplace.leads.queries import leads_of
from marketplace.leads.status_texts import tally_text
from marketplace.quote_requests import queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quotes import choosing
from marketplace.quotes.comparison_table import currency_of, in_currency
from marketplace.quotes.queries import can_be_chosen, changed_after_each, sent_quotes, withdrawn_quotes
from marketplace.quotes.quote_plans import checked_quote
from marketplace.web.forms.base import Form
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.manage import deleted_page
from marketplace.web.patient.request.quote_rows import given_before


@blueprint.get("/my/requests/<ref>")
def show_request(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows the request in whatever state it is."""
    if quote_request.state == "withdrawn":
        return deleted_page(quote_request)
    return render_template(
        "patient/request/show.html",
        quote_request=quote_request,
        answers=queries.answers(quote_request),
        photos=photos_of(quote_request),
        currency=(currency := currency_of(quote_request)),
        in_reader=lambda minor, of: in_currency(minor, of, currency),
        form=Form(),
        **_clinics(quote_request),
    )


def _clinics(quote_request: QuoteRequest) -> dict[str, object]:
    """Returns the clinics that have the request, their quotes and messages, and what changed about them."""
    leads = leads_of(quote_request)
    quotes = sent_quotes(quote_request)
    return {
        "leads": leads,
        "quotes": quotes,
        "withdrawn": withdrawn_quotes(quote_request),
        "before": {id_: given_before(names) for id_, names in changed_after_each(quotes).items()},
        "plans": {quote.id: checked_quote(quote) for quote in quotes},
        "unread": unread_counts([lead.id for lead in leads], author=CLINIC),
        "takes_messages": takes_messages,
        "news": {lead.id: status_texts.clinic_news(lead) for lead in leads},
        "comparable": sum(can_be_chosen(quote) for quote in quotes),
        "tally": tally_text(leads),
        "undo_until": {lead.id: choosing.undo_until(lead) for lead in leads},
        "quoted_leads": {quote.lead_id: quote for quote in quotes},
    }
