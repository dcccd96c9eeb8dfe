"""How a quote ends: withdrawn by its clinic, expired, or with the consent or the request it answers."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select, update

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.transactions import lock_rows
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads import clocks, revoking
from marketplace.leads.clocks import must_go_on
from marketplace.leads.deadlines import REPLY_WITHIN
from marketplace.leads.events import ids
from marketplace.leads.models import LEAD, Lead, move_back
from marketplace.leads.queries import leads_of
from marketplace.leads.states import LeadState
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.quotes import choosing
from marketplace.quotes.events import QuoteExpired, QuoteWithdrawn
from marketplace.quotes.flags import close_items
from marketplace.quotes.models import QUOTE, Quote
from marketplace.quotes.pending import BATCH
from marketplace.quotes.states import QUOTE_WITHDRAW_REASONS, QuoteState
from marketplace.quotes.terms import FIELDS

CONSENT_REVOKED = "consent_revoked"  # why a choice is undone or a pending quote ends


def expire_due(now: datetime) -> int:
    """Expires sent quotes on the day after their last one and returns how many; the clinic may quote again."""
    over = select(Quote).where(Quote.state == QuoteState.SENT, Quote.valid_until < now.date())
    quotes = db.session.scalars(over.limit(BATCH)).all()
    lock_rows(QuoteRequest, [quote.request_id for quote in quotes])
    for quote in quotes:
        QUOTE.lock(quote)
        if quote.state != QuoteState.SENT:  # chosen or withdrawn while we waited
            continue
        QUOTE.move(quote, QuoteState.EXPIRED)
        _quotes_anew(quote.lead)
        record(QuoteExpired(**ids(quote.lead), quote_id=quote.id))
    return len(quotes)


def _quotes_anew(lead: Lead) -> None:
    """Its clinic may quote once more; a frozen one once it thaws."""
    LEAD.lock(lead)
    if lead.state == LeadState.QUOTED:
        move_back(lead, LeadState.OPENED)
        clocks.restart_clock(lead)
    elif lead.state == LeadState.FROZEN and lead.state_before_freeze == LeadState.QUOTED:
        lead.state_before_freeze = LeadState.OPENED
        lead.time_left, lead.reminded_at = int(REPLY_WITHIN.total_seconds()), None


def withdraw(quote: Quote, *, reason: str) -> None:
    """Withdraws a sent quote, so that it cannot be chosen; the patient reads the reason, which is from the list.

    Raises Refused for another reason, WrongState when the quote is not open or the clinic may not go on.
    """
    if reason not in QUOTE_WITHDRAW_REASONS:
        raise Refused("unknown_reason", field="reason")
    lead = quote.lead
    must_go_on(lead)
    REQUEST.lock(lead.request)
    QUOTE.lock(quote)
    if quote.state != QuoteState.SENT:
        raise WrongState("quote_not_sent", gettext("There is no open quote to withdraw"))
    quote.withdraw_reason = reason
    QUOTE.move(quote, QuoteState.WITHDRAWN)
    close_items(quote)
    if lead.state == LeadState.QUOTED:
        move_back(lead, LeadState.OPENED)
        clocks.restart_clock(lead)
    record(QuoteWithdrawn(**ids(lead), quote_id=quote.id, reason=reason))


def revoke_consent(lead: Lead, what: str) -> bool:
    """Revokes `health`, `photos` or `all` for one clinic; returns whether any consent still stood.

    With `all` a fresh choice of this clinic is undone and its quotes end. Raises Refused for another word, WrongState
    once the request is deleted.
    """
    if what == revoking.ALL:
        lock_rows(Clinic, [other.clinic_id for other in leads_of(lead.request)])
        REQUEST.lock(lead.request)
        db.session.refresh(lead, ["state"])  # it may have been chosen while this waited
        if chosen_lately(lead):
            choosing.undo_choice(lead.request, reason=CONSENT_REVOKED)
        _end_quotes(lead)
    return revoking.revoke(lead, what)


def chosen_lately(lead: Lead) -> bool:
    """Whether this clinic is chosen and that can still be undone: revoking all then undoes the choice first."""
    until = lead.request.undo_until
    is_chosen = lead.state == LeadState.WON and lead.request.state == RequestState.CHOSEN
    return is_chosen and until is not None and clock.now() <= until


def _end_quotes(lead: Lead) -> None:
    live = (QuoteState.HELD, QuoteState.SENT)
    for quote in db.session.scalars(select(Quote).where(Quote.lead_id == lead.id, Quote.state.in_(live))):
        if quote.state == QuoteState.HELD:
            QUOTE.move(quote, QuoteState.WITHDRAWN)
            record(QuoteWithdrawn(**ids(lead), quote_id=quote.id, reason=CONSENT_REVOKED))
        else:
            QUOTE.move(quote, QuoteState.NOT_CHOSEN)


# What a clinic wrote for one person goes with that person's request; numbers, products and dates stay.
EMPTIED = {about.column: None for about in FIELDS.values() if about.is_for_one_patient}


def forget_texts_of(request_id: UUID) -> list[UUID]:
    """Deletes what was typed into the quotes of a request and returns their ids; numbers, products and dates stay."""
    quotes = list(db.session.scalars(select(Quote.id).where(Quote.request_id == request_id)))
    db.session.execute(update(Quote).where(Quote.id.in_(quotes)).values(**EMPTIED))
    return quotes
