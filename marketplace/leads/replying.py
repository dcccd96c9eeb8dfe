"""A clinic replies to a patient's messages. A reply is neither the one question nor an answer: no clock stops."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import WrongState
from marketplace.leads.actions import ids
from marketplace.leads.events import ClinicReplied
from marketplace.leads.flagged_messages import ask_about, put_before_operator
from marketplace.leads.freezing import must_go_on
from marketplace.leads.lifecycle import LEAD
from marketplace.leads.messages import CLINIC, PATIENT, Said, messages, say, takes_messages
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState


def may_reply(lead: Lead, said: Sequence[Said]) -> bool:
    """The patient has written first, or has chosen this clinic; and the lead has not ended."""
    begun = lead.state == LeadState.WON or any(message.author == PATIENT for message in said)
    return begun and takes_messages(lead)


def reply(lead: Lead, body: str, *, by: UUID, as_it_is: bool = False) -> None:
    """Stores what a member wrote; the patient is mailed that it is there.

    Raises WrongState where none is taken, Disagreements for words to be asked about that are not meant `as_it_is`.
    """
    must_go_on(lead)
    LEAD.lock(lead)
    if not may_reply(lead, messages(lead)):
        raise WrongState(f"lead_{lead.state}")
    flagged = ask_about(lead, body, at="body", as_it_is=as_it_is)
    message_id = say(lead, author=CLINIC, body=body, by=by)
    put_before_operator(lead, flagged, message_id=message_id, at="body")
    record(ClinicReplied(**ids(lead)))
