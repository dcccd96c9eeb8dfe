"""How a listing and a check move."""

from marketplace.clinics.models import Check, Clinic
from marketplace.clinics.states import CHECK_MOVES, LISTING_MOVES, CheckState, ListingState
from marketplace.foundation.lifecycle import Lifecycle

LISTING: Lifecycle[Clinic, ListingState] = Lifecycle(Clinic, LISTING_MOVES, column="listing_state")
CHECK: Lifecycle[Check, CheckState] = Lifecycle(Check, CHECK_MOVES)
