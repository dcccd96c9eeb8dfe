"""The clock of a lead: started, stopped, resumed; a reminder at half time, its end at `due_at`; and the reply times.

A lead is frozen while its clinic may not go on: nobody there reads or answers it, and its clock stands.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import Select, case, func, select

from marketplace.clinics.checks import why_stopped
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.transactions import BATCH, for_each_locked, lock_rows
from marketplace.foundation.problems import WrongState
from marketplace.leads.deadlines import AFTER_OPENING, REPLY_WITHIN, due_at
from marketplace.leads.events import LeadExpired, LeadReminded, ids
from marketplace.leads.models import LEAD, Lead, move_back
from marketplace.leads.states import AWAITING, FREEZES, LEAD_REFUSALS, LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState

WINDOW = timedelta(days=90)
SHOWN_FROM = 5


def start_clock(lead: Lead, *, within: timedelta = REPLY_WITHIN) -> None:
    """Starts the time for an answer now.

    It ends after `within`; where the clinic is closed then, two hours after it opens.
    """
    now = clock.now()
    lead.clock_started_at = now
    lead.due_at = due_at(now, hours=lead.clinic.hours, timezone=lead.clinic.timezone, within=within)


def restart_clock(lead: Lead) -> None:
    """Starts the whole time again, with a reminder of its own: the clinic has to answer once more."""
    start_clock(lead)
    lead.reminded_at = None


def stop_clock(lead: Lead) -> None:
    """Stops the clock and keeps the seconds that are left; nothing is used while the patient pauses."""
    seen = clock.now()
    if lead.request.state == RequestState.PAUSED and lead.request.paused_at is not None:
        seen = max(lead.request.paused_at, lead.clock_started_at)
    lead.time_left = max(0, int((lead.due_at - seen).total_seconds()))


def resume_clock(lead: Lead) -> None:
    """Starts the clock with the seconds that were left, and two hours to read what has changed."""
    start_clock(lead, within=timedelta(seconds=lead.time_left or 0) + AFTER_OPENING)
    lead.time_left = None


def expire_due(now: datetime) -> int:
    """Expires leads whose time is over and returns how many.

    Silence counts against the clinic, and the patient is offered others.
    """

    def expire(lead: Lead) -> None:
        LEAD.move(lead, LeadState.EXPIRED)
        refresh_reply_times(lead.clinic)
        record(LeadExpired(**ids(lead)))

    late = _waiting().where(Lead.due_at <= now)
    # Each writes its clinic's reply time: the clinics are locked before the leads, as everywhere.
    clinics = db.session.scalars(late.with_only_columns(Lead.clinic_id).distinct().limit(BATCH)).all()
    lock_rows(Clinic, clinics)
    return for_each_locked(late.where(Lead.clinic_id.in_(clinics)), expire)


def remind_due(now: datetime) -> int:
    """Reminds clinics once per clock, when half of the time is gone, and returns how many."""

    def remind(lead: Lead) -> None:
        lead.reminded_at = now
        record(LeadReminded(**ids(lead)))

    gone = now - Lead.clock_started_at
    half_gone = Lead.due_at - Lead.clock_started_at <= gone + gone
    return for_each_locked(_waiting().where(Lead.reminded_at.is_(None), half_gone, Lead.due_at > now), remind)


def _waiting() -> Select[Lead]:
    """While the patient pauses, no clock runs."""
    query = select(Lead).join(QuoteRequest, QuoteRequest.id == Lead.request_id)
    return query.where(Lead.state.in_(AWAITING), QuoteRequest.state == RequestState.OPEN)


def median_minutes(leads: Sequence[tuple[float, bool]]) -> float | None:
    """Returns the Kaplan-Meier median of (minutes, answered), or None where under half were answered.

    Unanswered leads are censored. Kaplan, Meier: Nonparametric estimation from incomplete observations, JASA 53 (1958).
    """
    waiting, survival = len(leads), 1.0
    for minutes, answered in sorted(leads, key=lambda lead: (lead[0], not lead[1])):
        if answered:
            survival *= 1 - 1 / waiting
            if survival <= 0.5 + 1e-12:
                return minutes
        waiting -= 1
    return None


def refresh_reply_times(clinic: Clinic) -> None:
    """Stores the clinic's median reply time of the last 90 days in minutes, from five leads on.

    The time in which a clinic could not answer does not count. A sample clinic's invented figure stays until it has its
    own.
    """
    now = clock.now()
    stopped_at = case((Lead.state == LeadState.FROZEN, Lead.frozen_at))
    query = select(Lead.new_at, Lead.answered_at, func.coalesce(Lead.answered_at, stopped_at, now), Lead.frozen_seconds)
    rows = db.session.execute(query.where(Lead.clinic_id == clinic.id, Lead.new_at > now - WINDOW)).all()
    seen = [
        ((until - new - timedelta(seconds=stopped)).total_seconds() / 60, answered is not None)
        for new, answered, until, stopped in rows
        if new
    ]
    clinic.reply_until = None
    if len(seen) >= SHOWN_FROM:
        median = median_minutes(seen)
        clinic.reply_minutes = round(median) if median is not None else None
        clinic.reply_until = min(row.new_at for row in rows if row.new_at) + WINDOW
    db.session.flush()


def recount_reply_times_due(now: datetime) -> int:
    """Counts reply times anew from which a lead falls out after 90 days, and returns how many."""
    return for_each_locked(select(Clinic).where(Clinic.reply_until <= now), refresh_reply_times)


def must_go_on(lead: Lead) -> None:
    """Locks the clinic's row, first of all, so that a suspension and an answer have one order.

    Raises WrongState where the lead is frozen, or the clinic may not go on.
    """
    (clinic,) = lock_rows(Clinic, [lead.clinic_id])
    db.session.refresh(lead, ["state"])
    if lead.state == LeadState.FROZEN or why_stopped(clinic):
        raise frozen()


def frozen() -> WrongState:
    """Returns the refusal for a clinic that tries to answer a frozen lead."""
    return WrongState("lead_frozen", gettext("This request is frozen. Your requests page says why and what to do"))


def may_read(lead: Lead, *, locks_lead: bool = False) -> bool:
    """Whether the clinic may go on now; it stays so until this transaction ends. `locks_lead` locks the lead, too."""
    (clinic,) = lock_rows(Clinic, [lead.clinic_id], shared=True)
    if locks_lead:
        LEAD.lock(lead)
    else:
        db.session.refresh(lead, ["state"])
    return lead.state != LeadState.FROZEN and why_stopped(clinic) is None


def freeze(lead: Lead) -> None:
    """Freezes a lead with its state and the rest of its time. For a lead of a locked request."""
    LEAD.lock(lead)
    lead.state_before_freeze = LeadState(lead.state)
    if lead.state in AWAITING:
        stop_clock(lead)
    LEAD.move(lead, LeadState.FROZEN)
    _count_sent(lead, -1)


def thaw(lead: Lead) -> None:
    """Returns a frozen lead to its earlier state; its clock resumes. Raises WrongState where it is not frozen."""
    LEAD.lock(lead)
    if lead.state != LeadState.FROZEN or lead.state_before_freeze is None:
        raise WrongState(LEAD_REFUSALS[lead.state])
    if lead.answered_at is None and lead.frozen_at is not None:
        lead.frozen_seconds += int((clock.now() - lead.frozen_at).total_seconds())
    move_back(lead, LeadState(lead.state_before_freeze))
    lead.state_before_freeze = None
    if lead.state in AWAITING:
        resume_clock(lead)
    _count_sent(lead, 1)


def can_freeze(lead: Lead) -> bool:
    """Whether the lead is in a state that freezes."""
    return lead.state in FREEZES


def _count_sent(lead: Lead, change: int) -> None:
    """A request that the clinic cannot answer is none that it did not answer."""
    if lead.answered_at is None:
        clinic = db.session.get_one(Clinic, lead.clinic_id)
        clinic.leads_sent = Clinic.leads_sent + change
        db.session.flush()
