"""What quotes do not state, each item with the clinics that leave it out, and asking a clinic for all of it."""

from collections.abc import Sequence
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
from marketplace.quotes.terms import FIELDS, ITEMS, missing_items
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
    """Returns what one quote does not state, and how its clinic is asked for it."""
    labels, ref, clinic = missing_labels(quote), quote.lead.request.ref, quote.lead.clinic
    return Missing(
        labels=labels,
        button=ngettext("Ask %(clinic)s for this", "Ask %(clinic)s for all %(num)s", len(labels), clinic=clinic.name),
        clinic=clinic.name,
        thread=f"/my/requests/{ref}/messages/{clinic.slug}",
        action=f"/my/requests/{ref}/quotes/{quote.number}/ask" if can_ask(quote) else None,
        asked_at=quote.missing_asked_at,
    )


@dataclass(frozen=True)
class MissingItem:
    """One item, and the names of the clinics whose quotes do not state it."""

    label: str
    clinics: list[str]


def missing_by_item(quotes: Sequence[Quote]) -> list[MissingItem]:
    """Returns what any of the quotes does not state, each item once."""
    left_out = {quote.number: missing_items(quote) for quote in quotes}
    named = {item: [quote.lead.clinic.name for quote in quotes if item in left_out[quote.number]] for item in ITEMS}
    return [MissingItem(str(FIELDS[item].patient), clinics) for item, clinics in named.items() if clinics]


@blueprint.post("/my/requests/<ref>/quotes/<int(max=9999):number>/ask")
@writes
def ask_for_all(quote_request: QuoteRequest, number: int) -> ResponseReturnValue:
    """Asks the clinic in one message for all its quote leaves out. Raises NotFound, WrongState or LimitReached."""
    limits.consume("message-clinic", request=quote_request.ref)
    quote = of_request(quote_request, number)
    ask_for_missing(quote)
    flash(_("Sent to %(clinic)s", clinic=quote.lead.clinic.name), "success")
    return redirect(url_for("patient.show_messages", ref=quote_request.ref, clinic=quote.lead.clinic.slug), 303)
