"""What a quote does not state, and asking its clinic for all of it in one message."""

from flask_babel import gettext

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.transactions import lock_rows
from marketplace.foundation.problems import WrongState
from marketplace.leads.actions import answer_question
from marketplace.quote_requests.models import REQUEST
from marketplace.quotes.models import QUOTE, Quote
from marketplace.quotes.queries import can_be_chosen
from marketplace.quotes.states import QUOTE_REFUSALS
from marketplace.quotes.terms import FIELDS, missing_items


def missing_labels(quote: Quote) -> list[str]:
    """Returns what a quote does not state, in the patient's words and in their order."""
    return [str(FIELDS[name].patient) for name in missing_items(quote)]


def can_ask(quote: Quote) -> bool:
    """Whether its clinic can be asked for what the quote does not state: once a version, while it can be chosen."""
    return bool(missing_items(quote)) and quote.missing_asked_at is None and can_be_chosen(quote)


def message_text(quote: Quote) -> str:
    """Returns the message that asks for all of it, as the clinic reads it."""
    begin = gettext("About your quote %(number)s. It does not state:", number=quote.number)
    end = gettext("Could you send a changed quote that states them? I then see what is new beside the other quotes.")
    return "\n".join([begin, *(f"- {label}" for label in missing_labels(quote)), end])


def ask_for_missing(quote: Quote) -> None:
    """Sends the clinic one message that asks for all the quote does not state; asked already, nothing is sent.

    Raises WrongState where nothing can be asked any more.
    """
    lead = quote.lead
    lock_rows(Clinic, [lead.clinic_id])
    REQUEST.lock(lead.request)
    QUOTE.lock(quote)
    if quote.missing_asked_at is not None:
        return
    if not can_ask(quote):
        raise WrongState(QUOTE_REFUSALS[quote.state], gettext("There is nothing to ask about this quote any more"))
    answer_question(lead, message_text(quote))
    quote.missing_asked_at = clock.now()
    db.session.flush()
