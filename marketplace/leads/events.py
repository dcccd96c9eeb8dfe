"""What happens to a lead."""

from typing import TypedDict
from uuid import UUID

from marketplace.foundation.audit.log import Event
from marketplace.leads.models import Lead


class LeadArrived(Event):
    """A clinic has a request and its clock runs."""


class LeadOpened(Event):
    """Someone of the clinic looked at it."""


class QuestionAsked(Event):
    """The clinic asked its one question; its clock stands."""


class QuestionAnswered(Event):
    """The patient answered; the clock runs on."""


class ClinicReplied(Event):
    """The clinic replied to the patient's messages."""


class LeadDeclined(Event):
    """The clinic cannot treat this patient; `reason` is from the list."""


class LeadReminded(Event):
    """Half the time is gone."""


class LeadExpired(Event):
    """The time is over without an answer; the patient is offered others."""


class ClinicToldOfChanges(Event):
    """The clinic was told by email which answers its patient changed."""


class LeadRevoked(Event):
    """The patient revoked all of one clinic's consent: the clinic is to delete its copy."""


class ConsentRevoked(Event):
    """The patient revoked one purpose for one clinic, which keeps the rest; `reason` is the purpose."""


class ConsentGiven(Event):
    """The patient gave one clinic a purpose anew; `reason` is the purpose."""


class DeletionChased(Event):
    """The clinic was asked again to confirm that its copy is deleted; `reason` is the purpose."""


class LeadFrozen(Event):
    """Its clinic may not go on: nobody there reads or answers it; `reason` says why."""


class LeadThawed(Event):
    """Its clinic may go on again; all is as it was."""


class ChosenClinicStopped(Event):
    """The clinic that the patient chose may not go on, and the choice can be undone anew; `reason` says why."""


class ChosenClinicReturned(Event):
    """The clinic that the patient chose may go on again."""


class DeletionConfirmed(Event):
    """The clinic says that its copy is deleted; `reason` is the purpose."""


class LeadsExported(Event):
    """An owner took the clinic's requests along as a CSV."""


class LeadIds(TypedDict):
    """The ids that every event of a lead carries."""

    request_id: UUID
    clinic_id: UUID
    lead_id: UUID


def ids(lead: Lead) -> LeadIds:
    """Returns the ids that every event of this lead carries."""
    return {"request_id": lead.request_id, "clinic_id": lead.clinic_id, "lead_id": lead.id}
