"""Freezes a lead while its clinic may not go on: nobody there reads or answers it, and its clock stands."""

from flask_babel import gettext

from marketplace.clinics.checks import why_stopped
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.locking import lock_rows
from marketplace.foundation.problems import WrongState
from marketplace.leads import clocks
from marketplace.leads.models import LEAD, Lead, move_back
from marketplace.leads.states import AWAITING, FREEZES, LEAD_REFUSALS, LeadState


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


def may_read(lead: Lead) -> bool:
    """Whether the clinic may go on now; it stays so until this transaction ends."""
    (clinic,) = lock_rows(Clinic, [lead.clinic_id], shared=True)
    db.session.refresh(lead, ["state"])
    return lead.state != LeadState.FROZEN and why_stopped(clinic) is None


def freeze(lead: Lead) -> None:
    """Freezes a lead with its state and the rest of its time. For a lead of a locked request."""
    LEAD.lock(lead)
    lead.state_before_freeze = LeadState(lead.state)
    if lead.state in AWAITING:
        clocks.stop_clock(lead)
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
        clocks.resume_clock(lead)
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
