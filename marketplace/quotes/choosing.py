"""The patient chooses one quote or declines one, and may undo either for 48 hours.

A choice settles the request: one quote wins, its rivals lose, and contact details go to one clinic.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import Select, select

from marketplace.clinics.checks import why_stopped
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database import gathering
from marketplace.foundation.database.transactions import Row, for_each_locked, lock_rows
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.clocks import can_freeze, thaw
from marketplace.leads.deadlines import UNDO_WITHIN
from marketplace.leads.deletion_duties import ask_to_delete, lift
from marketplace.leads.events import ids
from marketplace.leads.models import LEAD, Lead, move_back
from marketplace.leads.states import QUOTABLE, QUOTE_DECLINE_OFFERED, LeadState
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.states import CONTACT, REQUEST_REFUSALS, TAKES_QUOTES, RequestState
from marketplace.quotes.events import ChoiceUndone, DeclineUndone, QuoteChosen, QuoteDeclined, RequestSettled
from marketplace.quotes.models import QUOTE, Quote
from marketplace.quotes.pending import freeze_answer
from marketplace.quotes.queries import sent_quotes
from marketplace.quotes.states import QuoteState


def choose(quote: Quote, *, is_locked: bool = False) -> None:
    """Chooses a quote: its lead is won, all others are lost, and the clinic gets the contact details.

    `is_locked`: it was locked for the choice by this transaction already.

    Raises WrongState for a second choice, a quote that is no longer open, and a clinic that may not go on.
    """
    request = quote.lead.request
    if not is_locked:
        lock_for_choice(quote)
    if request.state in {RequestState.CHOSEN, RequestState.SETTLED}:
        raise WrongState("request_chosen", gettext("You have chosen a clinic already. It has your contact details"))
    if quote.valid_until < clock.today():
        raise WrongState("quote_expired", gettext("This quote is no longer open. Ask the clinic for a new one"))
    must_go_on(quote.lead)
    request.undo_until = clock.now() + UNDO_WITHIN
    REQUEST.move(request, RequestState.CHOSEN, is_locked=True)
    standing = _locked(select(Quote).where(Quote.request_id == request.id, Quote.state == QuoteState.SENT))
    QUOTE.move(quote, QuoteState.CHOSEN, is_locked=quote in standing)
    for rival in standing:
        if rival is not quote:
            QUOTE.move(rival, QuoteState.NOT_CHOSEN, is_locked=True)
    for lead in _locked(select(Lead).where(Lead.request_id == request.id)):
        _settle(lead, wins=lead.id == quote.lead_id)
    lift(quote.lead, CONTACT)
    with gathering.together():
        record(QuoteChosen(**ids(quote.lead), quote_id=quote.id))


def _locked(query: Select[Row]) -> list[Row]:
    """Locks the rows of one kind in the order of their ids and returns them, read anew."""
    (of,) = (column["entity"] for column in query.column_descriptions)
    query = query.order_by(of.id).with_for_update(of=of, key_share=True)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def lock_for_choice(quote: Quote) -> None:
    """Locks every clinic of the quote's request, then the request: of two choices at once only one wins.

    The rivals' clinics too: a frozen rival thaws when it loses, and that counts at its clinic.
    """
    _lock(quote.lead.request)


def _lock(request: QuoteRequest) -> None:
    lock_rows(Clinic, [lead.clinic_id for lead in _leads(request)])
    REQUEST.lock(request)


def must_go_on(lead: Lead) -> None:
    """Refuses a clinic that cannot be chosen now; its state counts, not what the page showed.

    Raises WrongState.
    """
    db.session.refresh(lead, ["state"])
    if lead.state == LeadState.FROZEN or why_stopped(lead.clinic):
        message = gettext("This clinic cannot be chosen at the moment. Your request page says why")
        raise WrongState("clinic_stopped", message)


def _settle(lead: Lead, *, wins: bool) -> None:
    """Ends a locked lead of a request whose choice was made."""
    if lead.state == LeadState.FROZEN:
        thaw(lead)
    if wins:
        LEAD.move(lead, LeadState.WON, is_locked=True)
    elif lead.state in QUOTABLE:
        lead.state_before_loss = LeadState(lead.state)
        LEAD.move(lead, LeadState.LOST, is_locked=True)


def undo_choice(request: QuoteRequest, *, reason: str | None = None) -> None:
    """Undoes a choice within 48 hours: everything is as before, and a clinic that may not go on is frozen.

    The clinic that was chosen is to delete the contact details, and to confirm it.

    With the `reason` consent_revoked the chosen clinic's quote ends right afterwards, and no mail says that it stands.
    Raises WrongState when there is no choice, or the time is over.
    """
    _lock(request)
    if request.state != RequestState.CHOSEN or request.chosen_at is None:
        raise WrongState(REQUEST_REFUSALS[request.state])
    if request.undo_until is None or clock.now() > request.undo_until:
        raise WrongState("undo_over")
    chosen, stood = _quotes(request, QuoteState.CHOSEN)[0], clock.now() - request.chosen_at
    REQUEST.move(request, RequestState.OPEN)
    # One that the patient declined earlier stays declined: its lead was lost before the choice.
    rivals = [quote for quote in _quotes(request, QuoteState.NOT_CHOSEN) if quote.lead.state_before_loss]
    for quote in (chosen, *rivals):
        QUOTE.move(quote, QuoteState.SENT)
    for lead in _leads(request):
        _restore(lead, stood=stood)
    if reason is None:  # a revoked consent asks for all of it
        ask_to_delete(chosen.lead, [CONTACT])
    record(ChoiceUndone(**ids(chosen.lead), quote_id=chosen.id, reason=reason))


def _restore(lead: Lead, *, stood: timedelta) -> None:
    """As it was; while somebody else was chosen its clock stood."""
    if lead.state == LeadState.WON:
        move_back(lead, LeadState.QUOTED)
        lead.warned_at = None
    elif lead.state == LeadState.LOST and lead.state_before_loss:
        move_back(lead, LeadState(lead.state_before_loss))
        lead.due_at, lead.clock_started_at = lead.due_at + stood, lead.clock_started_at + stood
        lead.state_before_loss = None
    if can_freeze(lead) and why_stopped(lead.clinic):
        freeze_answer(lead)


def settle_due(now: datetime) -> int:
    """Settles choices that were made 48 hours ago and returns how many."""

    def settle(request: QuoteRequest) -> None:
        ended_at = request.settled_at
        REQUEST.move(request, RequestState.SETTLED)
        # Where the choice could be undone anew, what is kept is not kept longer for it.
        request.settled_at = ended_at or request.settled_at
        record(RequestSettled(request_id=request.id))

    over = (QuoteRequest.state == RequestState.CHOSEN) & (QuoteRequest.undo_until < now)
    return for_each_locked(select(QuoteRequest).where(over), settle)


def _quotes(request: QuoteRequest, state: QuoteState) -> list[Quote]:
    return list(db.session.scalars(select(Quote).where(Quote.request_id == request.id, Quote.state == state)))


def _leads(request: QuoteRequest) -> list[Lead]:
    return list(db.session.scalars(select(Lead).where(Lead.request_id == request.id).order_by(Lead.id)))


def decline(quote: Quote, *, reason: str | None = None) -> None:
    """Declines a quote for the patient: the quote and its lead end, and the clinic is told.

    Raises Refused for a reason that is not on the list, WrongState where the request or the quote is not open.
    """
    if reason is not None and reason not in QUOTE_DECLINE_OFFERED:
        raise Refused("unknown_reason", field="reason")
    lead = quote.lead
    lock_rows(Clinic, [lead.clinic_id])  # a frozen lead thaws first, and its clinic counts it
    REQUEST.lock(lead.request)
    if lead.request.state not in TAKES_QUOTES:
        raise WrongState(REQUEST_REFUSALS[lead.request.state], gettext("Your request is not open any more"))
    QUOTE.move(quote, QuoteState.NOT_CHOSEN)
    LEAD.lock(lead)
    if lead.state == LeadState.FROZEN:
        thaw(lead)
    LEAD.move(lead, LeadState.LOST)
    lead.quote_declined_at, lead.quote_decline_reason = clock.now(), reason
    record(QuoteDeclined(**ids(lead), quote_id=quote.id, reason=reason))


def undo_until(lead: Lead) -> datetime | None:
    """Returns until when the decline of this lead's quote can be undone; None where it cannot."""
    if lead.quote_declined_at is None or lead.state != LeadState.LOST or lead.request.state not in TAKES_QUOTES:
        return None
    until = lead.quote_declined_at + UNDO_WITHIN
    return until if clock.now() <= until else None


def undo_decline(quote: Quote) -> None:
    """Undoes a decline: the quote stands again. Raises WrongState when it is too late or the quote has expired."""
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


def keep_columns(request: QuoteRequest, numbers: Collection[str]) -> None:
    """Keeps the quotes with these numbers, as they are typed, in the comparison and all others out.

    With none of them nothing changes.
    """
    quotes = sent_quotes(request)
    if not any(str(quote.number) in numbers for quote in quotes):
        return
    for quote in quotes:
        quote.lead.left_out_at = None if str(quote.number) in numbers else clock.now()
    db.session.flush()
