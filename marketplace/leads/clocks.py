"""The clock of a lead: started, stopped, resumed; a reminder at half time, its end at `due_at`; and the reply times."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.locking import BATCH, for_each_locked, lock_rows
from marketplace.leads.deadlines import AFTER_OPENING, REPLY_WITHIN, due_at
from marketplace.leads.events import LeadExpired, LeadReminded, ids
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.states import AWAITING, LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState


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


WINDOW = timedelta(days=90)
SHOWN_FROM = 5


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
    rows = db.session.execute(query.where(Lead.clinic_id == clinic.id, Lead.new_at > now - WINDOW))
    seen = [
        ((until - new - timedelta(seconds=frozen)).total_seconds() / 60, answered is not None)
        for new, answered, until, frozen in rows
        if new
    ]
    if len(seen) >= SHOWN_FROM:
        median = median_minutes(seen)
        clinic.reply_minutes = round(median) if median is not None else None
        db.session.flush()
