"""Asking a clinic for all that its quote does not state: what the button asks for, and sending it."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.foundation.security import limits
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.missing import ask_for_missing, can_ask, missing_labels
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import of_request
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint


@dataclass(frozen=True)
class Missing:
    """What one quote does not state, and its button; without `action` nothing can be asked now."""

    labels: list[str]
    button: str
    clinic: str
    thread: str
    action: str | None
    asked_at: datetime | None


def missing_of(quote: Quote) -> Missing:
    """Returns what the page of a quote, or its column, shows as not stated."""
    labels, ref, clinic = missing_labels(quote), quote.lead.request.ref, quote.lead.clinic
    return Missing(
        labels=labels,
        button=ngettext("Ask for this", "Ask for all %(num)s", len(labels)),
        clinic=clinic.name,
        thread=f"/my/requests/{ref}/messages/{clinic.slug}",
        action=f"/my/requests/{ref}/quotes/{quote.number}/ask" if can_ask(quote) else None,
        asked_at=quote.missing_asked_at,
    )


@blueprint.post("/my/requests/<ref>/quotes/<int(max=9999):number>/ask")
@writes
def ask_for_all(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Asks the clinic in one message for all its quote leaves out. Raises NotFound, WrongState or LimitReached."""
    limits.consume("message-clinic", request=quote_request.ref)
    quote = of_request(quote_request, number)
    ask_for_missing(quote)
    flash(_("Sent to %(clinic)s", clinic=quote.lead.clinic.name), "success")
    return redirect(url_for("patient.show_messages", ref=quote_request.ref, clinic=quote.lead.clinic.slug), 303)
