"""A lead's clock: started, stopped with what is left, and run on. Its time ends at `due_at`."""

from datetime import timedelta

from marketplace.foundation import clock
from marketplace.leads.deadlines import AFTER_OPENING, REPLY_WITHIN, due_at
from marketplace.leads.models import Lead
from marketplace.quote_requests.states import RequestState


def start(lead: Lead, *, within: timedelta = REPLY_WITHIN) -> None:
    """A new time, from this moment; where the clinic is closed at its end, two hours after it opens."""
    now = clock.now()
    lead.clock_started_at = now
    lead.due_at = due_at(now, hours=lead.clinic.hours, timezone=lead.clinic.timezone, within=within)


def start_anew(lead: Lead) -> None:
    """The clinic is to answer once more: the whole time, and a reminder of its own."""
    start(lead)
    lead.reminded_at = None


def stop(lead: Lead) -> None:
    """Keeps what is left; while the patient pauses, nothing of it is used."""
    seen = clock.now()
    if lead.request.state == RequestState.PAUSED and lead.request.paused_at is not None:
        seen = max(lead.request.paused_at, lead.clock_started_at)
    lead.time_left = max(0, int((lead.due_at - seen).total_seconds()))


def run_on(lead: Lead) -> None:
    """What was left, and two hours to read what has changed."""
    start(lead, within=timedelta(seconds=lead.time_left or 0) + AFTER_OPENING)
    lead.time_left = None
