"""What patients are told of one clinic they have to do with. Each takes the event it follows from."""

from datetime import timedelta

from marketplace.extensions import db
from marketplace.foundation.audit.log import Event
from marketplace.leads.messages import CLINIC, unread_counts
from marketplace.leads.models import Lead
from marketplace.mail import patients
from marketplace.mail.links import RequestLink
from marketplace.quote_requests.states import AT_CLINICS
from marketplace.quotes.models import Quote

NOT_TWICE_WITHIN = timedelta(hours=24)


def clinic_wrote(event: Event) -> None:
    """A clinic replied; while an earlier reply of it lies unread, the email about that one will do (ClinicReplied)."""
    lead = db.session.get_one(Lead, event.lead_id)
    path, unread = f"messages/{lead.clinic.slug}", unread_counts([lead.id], author=CLINIC)
    if unread[lead.id] > 1 and patients.recently(lead.request, "clinic_wrote", path=path, within=NOT_TWICE_WITHIN):
        return
    _put("clinic_wrote", lead, path=path)


def quote_withdrawn(event: Event) -> None:
    """A quote the patient could see is gone; why is on the page (QuoteWithdrawn)."""
    lead = db.session.get_one(Lead, event.lead_id)
    if db.session.get_one(Quote, event.quote_id).sent_at is not None and lead.request.state in AT_CLINICS:
        _put("quote_withdrawn", lead)


def _put(name: str, lead: Lead, *, path: str = "") -> None:
    context = {"clinic": patients.named(lead.clinic, lead.request)}
    patients.put(name, lead.request, context=context, link=RequestLink(lead.request, path), clinic_id=lead.clinic_id)
