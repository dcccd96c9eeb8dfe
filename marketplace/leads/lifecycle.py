"""How a lead moves, and what a clinic is to delete."""

from marketplace.extensions import db
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.leads.models import DeletionDuty, Lead
from marketplace.leads.states import DUTY_MOVES, LEAD_MOVES, DutyState, LeadState

LEAD: Lifecycle[Lead, LeadState] = Lifecycle(Lead, LEAD_MOVES)
DUTY: Lifecycle[DeletionDuty, DutyState] = Lifecycle(DeletionDuty, DUTY_MOVES)


def move_back(lead: Lead, to: LeadState) -> None:
    """Moves to a state in which the lead has been before; the moment of the first time stays."""
    first = getattr(lead, f"{to}_at")
    LEAD.move(lead, to)
    if first is not None:
        setattr(lead, f"{to}_at", first)
        db.session.flush()
