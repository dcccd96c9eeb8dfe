"""How a listing, a check and an invitation move."""

from marketplace.clinics.invitations import Invitation
from marketplace.clinics.models import Check, Clinic
from marketplace.clinics.states import (
    CHECK_MOVES,
    INVITATION_MOVES,
    LISTING_MOVES,
    CheckState,
    InvitationState,
    ListingState,
)
from marketplace.foundation.lifecycle import Lifecycle

LISTING: Lifecycle[Clinic, ListingState] = Lifecycle(Clinic, LISTING_MOVES, column="listing_state")
CHECK: Lifecycle[Check, CheckState] = Lifecycle(Check, CHECK_MOVES)
INVITATION: Lifecycle[Invitation, InvitationState] = Lifecycle(Invitation, INVITATION_MOVES)
