"""How a lead moves."""

from marketplace.foundation.lifecycle import Lifecycle
from marketplace.leads.models import Lead
from marketplace.leads.states import LEAD_MOVES, LeadState

LEAD: Lifecycle[Lead, LeadState] = Lifecycle(Lead, LEAD_MOVES)
