"""The plan of check-ins after a choice: from the day of the first session, changed or stopped at any time."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from marketplace.aftercare.check_ins import check_ins_of
from marketplace.aftercare.events import CheckInsStopped, FirstSessionSet
from marketplace.aftercare.models import CHECK_IN, PLAN, AftercarePlan, CheckIn
from marketplace.aftercare.states import CheckInState, PlanState
from marketplace.catalogue.geography import zone_of
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.events import ids
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS, RequestState
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState

WEEKS = (2, 6, 12)
ASKED_AT = time(10)  # by the clock of where the patient lives
ANSWER_WITHIN = timedelta(days=14)
AT_MOST_AHEAD = timedelta(days=365)
HAS_CHOICE = (RequestState.CHOSEN, RequestState.SETTLED)


def won_lead(request: QuoteRequest) -> Lead | None:
    """Returns the lead of the clinic that the patient has chosen; None without one."""
    if request.state not in HAS_CHOICE:
        return None
    return db.session.scalar(select(Lead).where(Lead.request_id == request.id, Lead.state == LeadState.WON))


def plan_of(request: QuoteRequest) -> AftercarePlan | None:
    """Returns the plan for the clinic that is chosen now; None where there is none."""
    lead = won_lead(request)
    plan = db.session.get(AftercarePlan, request.id)
    return plan if lead is not None and plan is not None and plan.lead_id == lead.id else None


def chosen_quote(request: QuoteRequest) -> Quote | None:
    """Returns the quote that the patient has chosen; None without one."""
    return db.session.scalar(select(Quote).where(Quote.request_id == request.id, Quote.state == QuoteState.CHOSEN))


def earliest_day(request: QuoteRequest) -> date:
    """Returns the first day that can be that of the first session: that of the choice."""
    return (request.chosen_at or clock.now()).date()


def expected_day(request: QuoteRequest) -> date | None:
    """Returns the day of the first session, else the earliest that the chosen quote names; None where neither is."""
    plan, quote = plan_of(request), chosen_quote(request)
    if plan is not None and plan.first_session_on:
        return plan.first_session_on
    return quote.earliest_date if quote else None


def set_first_session(request: QuoteRequest, day: date) -> None:
    """Plans the check-ins from this day of the first session; it may be changed at any time.

    Raises Refused for a day before the choice or too far ahead, WrongState where no clinic is chosen.
    """
    REQUEST.lock(request)
    lead = won_lead(request)
    if lead is None:
        raise WrongState(REQUEST_REFUSALS[request.state])
    if not earliest_day(request) <= day <= clock.today() + AT_MOST_AHEAD:
        raise Refused("day_out_of_range", field="first_session_on")
    plan = plan_of(request) or begin_plan(request, lead)
    request.aftercare, plan.from_quote = True, False
    run_plan(plan, day)
    record(FirstSessionSet(**ids(lead)))


def stop(request: QuoteRequest, *, reason: str = "wanted") -> None:
    """Asks no more; what was answered stays until the request goes. Stopping twice is stopping once."""
    REQUEST.lock(request)
    request.aftercare = False
    plan = db.session.get(AftercarePlan, request.id)
    if plan is None or plan.state in {PlanState.STOPPED, PlanState.OVER}:
        return
    PLAN.move(plan, PlanState.STOPPED)
    for check_in in check_ins_of(request):
        if CHECK_IN.may(check_in, CheckInState.CANCELLED):
            CHECK_IN.move(check_in, CheckInState.CANCELLED)
    request.aftercare_until = clock.now() if request.aftercare_until else None
    record(CheckInsStopped(**ids(plan.lead), reason=reason))


def forget(request_id: UUID) -> None:
    """Deletes the plan of a request and its check-ins with their answers."""
    for of_request in (CheckIn, AftercarePlan):
        db.session.execute(delete(of_request).where(of_request.request_id == request_id))


def begin_plan(request: QuoteRequest, lead: Lead) -> AftercarePlan:
    """Adds the plan of this choice; one of an earlier choice goes."""
    if db.session.get(AftercarePlan, request.id) is not None:
        forget(request.id)
    plan = AftercarePlan(request_id=request.id, lead_id=lead.id, state=PlanState.UNDATED, undated_at=clock.now())
    db.session.add(plan)
    db.session.flush()
    return plan


def run_plan(plan: AftercarePlan, day: date) -> None:
    """Counts the check-ins from this day of the first session."""
    plan.first_session_on = day
    db.session.flush()
    _plan_check_ins(plan, day)
    if plan.state != PlanState.RUNNING:
        PLAN.move(plan, PlanState.RUNNING)


def _plan_check_ins(plan: AftercarePlan, day: date) -> None:
    """Plans what is still to be asked counted from this day; what was asked and is due later is asked anew."""
    request, now = plan.request, clock.now()
    known = {check_in.week: check_in for check_in in check_ins_of(request)}
    zone = ZoneInfo(zone_of(request.home_country))
    for week in WEEKS:
        due_at = datetime.combine(day + timedelta(weeks=week), ASKED_AT, tzinfo=zone).astimezone(UTC)
        check_in = known.get(week)
        if due_at + ANSWER_WITHIN <= now:
            _cancel(check_in)
        elif check_in is None:
            db.session.add(CheckIn(request_id=request.id, week=week, due_at=due_at, planned_at=now))
        else:
            check_in.due_at = due_at
            if check_in.state != CheckInState.PLANNED and CHECK_IN.may(check_in, CheckInState.PLANNED) and due_at > now:
                CHECK_IN.move(check_in, CheckInState.PLANNED)
    request.aftercare_until = datetime.combine(day + timedelta(weeks=WEEKS[-1]), ASKED_AT, tzinfo=zone).astimezone(UTC)
    db.session.flush()


def _cancel(check_in: CheckIn | None) -> None:
    if check_in is not None and CHECK_IN.may(check_in, CheckInState.CANCELLED):
        CHECK_IN.move(check_in, CheckInState.CANCELLED)
