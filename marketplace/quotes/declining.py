"""A patient declines one quote, with a reason if they like, and may undo it as long as a choice can be undone."""

from datetime import datetime

from flask_babel import gettext

from marketplace.clinics.models import Clinic
from marketplace.clinics.standing import why_stopped
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.locking import lock_rows
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.actions import ids
from marketplace.leads.freezing import thaw
from marketplace.leads.lifecycle import LEAD, move_back
from marketplace.leads.models import Lead
from marketplace.leads.states import QUOTE_DECLINE_REASONS, LeadState
from marketplace.quote_requests.lifecycle import REQUEST
from marketplace.quote_requests.states import TAKES_QUOTES
from marketplace.quotes.acceptance import UNDO_WITHIN
from marketplace.quotes.events import DeclineUndone, QuoteDeclined
from marketplace.quotes.freezing import freeze_answer
from marketplace.quotes.lifecycle import QUOTE
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState


def decline(quote: Quote, *, reason: str | None = None) -> None:
    """Ends the quote and its lead; the clinic is told. Raises Refused for a reason that is not on the list."""
    if reason is not None and reason not in QUOTE_DECLINE_REASONS:
        raise Refused("unknown_reason", field="reason")
    lead = quote.lead
    lock_rows(Clinic, [lead.clinic_id])  # a frozen lead thaws first, and its clinic counts it
    REQUEST.lock(lead.request)
    if lead.request.state not in TAKES_QUOTES:
        raise WrongState(f"request_{lead.request.state}", gettext("Your request is not open any more"))
    QUOTE.move(quote, QuoteState.NOT_CHOSEN)
    LEAD.lock(lead)
    if lead.state == LeadState.FROZEN:
        thaw(lead)
    LEAD.move(lead, LeadState.LOST)
    lead.quote_declined_at, lead.quote_decline_reason = clock.now(), reason
    record(QuoteDeclined(**ids(lead), quote_id=quote.id, reason=reason))


def undo_until(lead: Lead) -> datetime | None:
    """Until when the decline of this lead's quote can be undone; None where it cannot."""
    if lead.quote_declined_at is None or lead.state != LeadState.LOST or lead.request.state not in TAKES_QUOTES:
        return None
    until = lead.quote_declined_at + UNDO_WITHIN
    return until if clock.now() <= until else None


def undo_decline(quote: Quote) -> None:
    """The quote stands again, as before. Raises WrongState when it is too late, or the quote has ended meanwhile."""
    lead = quote.lead
    clinics = lock_rows(Clinic, [lead.clinic_id])
    REQUEST.lock(lead.request)
    QUOTE.lock(quote)
    LEAD.lock(lead)
    if quote.state != QuoteState.NOT_CHOSEN or undo_until(lead) is None:
        raise WrongState("undo_over", gettext("This cannot be undone any more"))
    if quote.valid_until < clock.today():
        raise WrongState("quote_expired", gettext("This quote has ended meanwhile"))
    QUOTE.move(quote, QuoteState.SENT)
    move_back(lead, LeadState.QUOTED)
    lead.quote_declined_at = lead.quote_decline_reason = None
    if any(why_stopped(clinic) for clinic in clinics):
        freeze_answer(lead)
    record(DeclineUndone(**ids(lead), quote_id=quote.id))
