"""The timers of check-ins: begun once a choice has settled, asked in their week, missed, and ended with the choice.

Whether the price was kept is asked once, beside them.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.aftercare.events import (
    CheckInAsked,
    CheckInMissed,
    CheckInsBegun,
    CheckInsOver,
    FirstSessionAskedAgain,
    PriceAsked,
)
from marketplace.aftercare.models import CHECK_IN, PLAN, AftercarePlan, CheckIn
from marketplace.aftercare.plans import (
    ANSWER_WITHIN,
    HAS_CHOICE,
    begin_plan,
    chosen_quote,
    forget,
    run_plan,
    stop,
    won_lead,
)
from marketplace.aftercare.price_kept import PriceAnswer
from marketplace.aftercare.states import CheckInState, PlanState
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.transactions import for_each_locked
from marketplace.leads.events import ids
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

DAY_ASKED_AGAIN_AFTER = timedelta(days=14)
DAY_WAITED_FOR = timedelta(days=90)


def begin_due(now: datetime) -> int:
    """Begins for whoever wanted check-ins and whose choice has settled; returns how many."""
    begun = select(AftercarePlan.request_id).where(AftercarePlan.request_id == QuoteRequest.id).exists()
    due = select(QuoteRequest).where(QuoteRequest.state == RequestState.SETTLED, QuoteRequest.aftercare, ~begun)

    def begin(request: QuoteRequest) -> None:
        lead = won_lead(request)
        if lead is None:
            return
        plan, quote = begin_plan(request, lead), chosen_quote(request)
        if quote is not None and quote.earliest_date and quote.earliest_date >= now.date():
            plan.from_quote = True
            run_plan(plan, quote.earliest_date)
        record(CheckInsBegun(**ids(lead)))

    return for_each_locked(due, begin)


def ask_again_due(now: datetime) -> int:
    """Asks once more for a day that is not known, and ends what waited for it too long; returns how many."""
    waits = (AftercarePlan.state == PlanState.UNDATED) & (AftercarePlan.undated_at <= now - DAY_ASKED_AGAIN_AFTER)
    late = AftercarePlan.undated_at <= now - DAY_WAITED_FOR
    due = select(AftercarePlan).where(waits & (late | AftercarePlan.asked_again_at.is_(None)))

    def again(plan: AftercarePlan) -> None:
        if plan.undated_at and plan.undated_at <= now - DAY_WAITED_FOR:
            PLAN.move(plan, PlanState.OVER)
            record(CheckInsOver(**ids(plan.lead), reason="no_day"))
        else:
            plan.asked_again_at = now
            record(FirstSessionAskedAgain(**ids(plan.lead)))

    return for_each_locked(due, again)


def ask_due(now: datetime) -> int:
    """Asks how it is where the time has come; returns how many were asked."""

    def ask(check_in: CheckIn) -> None:
        CHECK_IN.move(check_in, CheckInState.ASKED)
        record(CheckInAsked(request_id=check_in.request_id, reason=str(check_in.week)))

    planned = select(CheckIn).where(CheckIn.state == CheckInState.PLANNED, CheckIn.due_at <= now)
    return for_each_locked(planned.order_by(CheckIn.due_at), ask)


def ask_price_due(now: datetime) -> int:
    """Asks once, from the day after the first session on, whether the price was kept; returns how many were asked.

    Only who wanted to be asked and has not said it.
    """
    plan = AftercarePlan
    said = select(PriceAnswer.request_id).where(PriceAnswer.request_id == plan.request_id).exists()
    was = (plan.state == PlanState.RUNNING) & plan.price_asked_at.is_(None) & (plan.first_session_on < now.date())
    due = select(plan).join(plan.request).where(was, ~said, QuoteRequest.state == RequestState.SETTLED)

    def ask(plan: AftercarePlan) -> None:
        plan.price_asked_at = now
        record(PriceAsked(**ids(plan.lead)))

    return for_each_locked(due, ask)


def miss_due(now: datetime) -> int:
    """Ends the wait for answers that did not come; they may still be given. Returns how many."""

    def miss(check_in: CheckIn) -> None:
        CHECK_IN.move(check_in, CheckInState.MISSED)
        record(CheckInMissed(request_id=check_in.request_id, reason=str(check_in.week)))

    waited = select(CheckIn).where(CheckIn.state == CheckInState.ASKED, CheckIn.asked_at <= now - ANSWER_WITHIN)
    return for_each_locked(waited, miss)


def end_due(_now: datetime) -> int:
    """Ends plans that have nothing more to ask, and those whose choice has ended; returns how many."""
    return _end_those_without_choice() + _end_those_done()


def _end_those_done() -> int:
    waits = CheckIn.state.in_((CheckInState.PLANNED, CheckInState.ASKED))
    more = select(CheckIn.id).where(CheckIn.request_id == AftercarePlan.request_id, waits).exists()

    def over(plan: AftercarePlan) -> None:
        PLAN.move(plan, PlanState.OVER)
        record(CheckInsOver(**ids(plan.lead)))

    return for_each_locked(select(AftercarePlan).where(AftercarePlan.state == PlanState.RUNNING, ~more), over)


def _end_those_without_choice() -> int:
    """Another clinic may be chosen: then it begins anew, if it is still wanted."""
    query = (
        select(QuoteRequest).join(AftercarePlan, AftercarePlan.request_id == QuoteRequest.id).join(AftercarePlan.lead)
    )
    stands = AftercarePlan.state.in_((PlanState.UNDATED, PlanState.RUNNING))
    undone = Lead.state != LeadState.WON
    ended = undone | (QuoteRequest.state.not_in(HAS_CHOICE) & stands)
    live = QuoteRequest.state.not_in((RequestState.WITHDRAWN, RequestState.ERASED))

    def end(request: QuoteRequest) -> None:
        wanted = request.aftercare
        stop(request, reason="choice_ended")
        if db.session.get_one(AftercarePlan, request.id).lead.state != LeadState.WON:
            forget(request.id)
            request.aftercare, request.aftercare_until = wanted, None

    return for_each_locked(query.where(ended & live), end)
