"""All consent for one clinic is revoked: its quote can no longer be chosen, and a fresh choice of it is undone."""

from sqlalchemy import select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.locking import lock_rows
from marketplace.leads import revoking
from marketplace.leads.actions import ids
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_of
from marketplace.leads.states import LeadState
from marketplace.quote_requests.lifecycle import REQUEST
from marketplace.quote_requests.states import RequestState
from marketplace.quotes import acceptance
from marketplace.quotes.events import QuoteWithdrawn
from marketplace.quotes.lifecycle import QUOTE
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState


def revoke(lead: Lead, what: str) -> bool:
    """Takes back `health`, `photos` or `all`; whether anything still stood. Raises what `leads.revoking` raises."""
    if what == revoking.ALL:
        lock_rows(Clinic, [other.clinic_id for other in leads_of(lead.request)])
        REQUEST.lock(lead.request)
        db.session.refresh(lead, ["state"])  # it may have been chosen while this waited
        if chosen_lately(lead):
            acceptance.undo(lead.request)
        _end_quotes(lead)
    return revoking.revoke(lead, what)


def chosen_lately(lead: Lead) -> bool:
    """Whether it was chosen, and that can still be undone: then revoking all of it undoes the choice first."""
    until = lead.request.undo_until
    is_chosen = lead.state == LeadState.WON and lead.request.state == RequestState.CHOSEN
    return is_chosen and until is not None and clock.now() <= until


def _end_quotes(lead: Lead) -> None:
    live = (QuoteState.HELD, QuoteState.SENT)
    for quote in db.session.scalars(select(Quote).where(Quote.lead_id == lead.id, Quote.state.in_(live))):
        if quote.state == QuoteState.HELD:
            QUOTE.move(quote, QuoteState.WITHDRAWN)
            record(QuoteWithdrawn(**ids(lead), quote_id=quote.id, reason="consent_revoked"))
        else:
            QUOTE.move(quote, QuoteState.NOT_CHOSEN)
