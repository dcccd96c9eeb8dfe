"""What patients are told when a clinic they asked may not go on, or may again. Each takes the event it follows from."""

from datetime import timedelta

from flask_babel import force_locale
from sqlalchemy import select

from marketplace.clinics.states import REQUIRED_CHECKS
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event
from marketplace.leads import news
from marketplace.leads.models import Lead
from marketplace.leads.states import FREEZES, LeadState
from marketplace.mail import patients
from marketplace.mail.links import RequestLink
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import AT_CLINICS

NAME = "clinic_changed"
NOT_TWICE_WITHIN = timedelta(hours=24)


def clinic_stopped(event: Event) -> None:
    """The clinic may not go on with this patient's request (LeadFrozen, ChosenClinicStopped)."""
    lead = db.session.get_one(Lead, event.lead_id)
    _clinic_changed(lead, what=str(event.reason))


def check_ended(event: Event) -> None:
    """A check that no clinic needs has ended: said once a day for each clinic (CheckLapsed, CheckRevoked)."""
    if event.reason in REQUIRED_CHECKS:
        return  # its leads freeze, which is told
    here = (Lead.clinic_id == event.clinic_id) & Lead.state.in_((*FREEZES, LeadState.WON)) & Lead.warned_at.is_(None)
    query = select(Lead).join(QuoteRequest, QuoteRequest.id == Lead.request_id).where(here)
    for lead in db.session.scalars(query.where(QuoteRequest.state.in_(AT_CLINICS)).order_by(Lead.request_id)):
        if not _told_lately(lead):
            _clinic_changed(lead, what=news.CHECK)


def clinic_returned(event: Event) -> None:
    """The clinic may go on again, and with it what it had (LeadThawed, ChosenClinicReturned)."""
    lead = db.session.get_one(Lead, event.lead_id)
    context = {"clinic": patients.named(lead.clinic, lead.request)}
    patients.put(
        "clinic_returned", lead.request, context=context, link=RequestLink(lead.request), clinic_id=lead.clinic_id
    )


def _clinic_changed(lead: Lead, *, what: str) -> None:
    """In the words that the request page has, too."""
    request = lead.request
    with force_locale(request.locale):
        context = {"clinic": patients.named(lead.clinic, request), "sentences": news.sentences(lead, what=what)}
    patients.put(NAME, request, context=context, link=RequestLink(request), clinic_id=lead.clinic_id)


def _told_lately(lead: Lead) -> bool:
    """Three checks can end on one day; one email says it all."""
    earlier = select(Email.id).where(
        Email.request_id == lead.request_id,
        Email.clinic_id == lead.clinic_id,
        Email.name == NAME,
        Email.created_at > clock.now() - NOT_TWICE_WITHIN,
    )
    return db.session.scalar(earlier.limit(1)) is not None
