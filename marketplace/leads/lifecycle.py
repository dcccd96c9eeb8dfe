"""How a lead moves."""

from marketplace.extensions import db
from marketplace.foundation.lifecycle import Lifecycle
from marketplace.leads.models import Lead
from marketplace.leads.states import LEAD_MOVES, LeadState

LEAD: Lifecycle[Lead, LeadState] = Lifecycle(Lead, LEAD_MOVES)


def move_back(lead: Lead, to: LeadState) -> None:
    """Moves to a state in which the lead has been before; the moment of the first time stays."""
    first = getattr(lead, f"{to}_at")
    LEAD.move(lead, to)
    if first is not None:
        setattr(lead, f"{to}_at", first)
        db.session.flush()
