"""A clinic's words to a patient outside a quote: pointed out before they go, put before an operator where they go."""

from uuid import UUID

from marketplace.foundation.problems import Disagreements
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.reviews.actions import open_item
from marketplace.reviews.doubtful_words import asked_about
from marketplace.reviews.states import ReviewKind


def ask_about(lead: Lead, text: str, *, at: str, as_it_is: bool) -> list[ReviewKind]:
    """What is to be flagged. Raises Disagreements until the clinic says that it is meant so.

    Once the patient has chosen the clinic, contact details are no longer held back.
    """
    found = [
        (kind, problem)
        for kind, problem in asked_about(text, at=at)
        if not (kind == ReviewKind.CONTACT_DETAILS and lead.state == LeadState.WON)
    ]
    if found and not as_it_is:
        raise Disagreements([problem for _kind, problem in found])
    return [kind for kind, _problem in found]


def put_before_operator(lead: Lead, kinds: list[ReviewKind], *, message_id: UUID, at: str) -> None:
    """One item for each kind; the words stay in the message."""
    about = {"clinic_id": lead.clinic_id, "request_id": lead.request_id}
    for kind in kinds:
        open_item(kind, subject_id=message_id, detail={"field": at}, **about)
