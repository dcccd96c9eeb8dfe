"""Every waiting lead has a clock: a reminder at half time, then it lapses."""

from datetime import datetime

from sqlalchemy import Select, select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.locking import BATCH, for_each_locked, lock_rows
from marketplace.leads.actions import ids
from marketplace.leads.events import LeadLapsed, LeadReminded
from marketplace.leads.lifecycle import LEAD
from marketplace.leads.models import Lead
from marketplace.leads.reply_times import refresh
from marketplace.leads.states import AWAITING, LeadState
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState


def lapse_due(now: datetime) -> int:
    """The time is over; silence counts against the clinic and the patient is offered others."""

    def lapse(lead: Lead) -> None:
        LEAD.move(lead, LeadState.LAPSED)
        refresh(lead.clinic)
        record(LeadLapsed(**ids(lead)))

    late = _waiting().where(Lead.due_at <= now)
    # Each writes its clinic's reply time: the clinics are locked before the leads, as everywhere.
    clinics = db.session.scalars(late.with_only_columns(Lead.clinic_id).distinct().limit(BATCH)).all()
    lock_rows(Clinic, clinics)
    return for_each_locked(late.where(Lead.clinic_id.in_(clinics)), lapse)


def remind_due(now: datetime) -> int:
    """Once a clock, when half of its time is gone."""

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
