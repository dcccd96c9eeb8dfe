"""Each email to a patient: one function and one template each, which takes the event it follows from.

No typed names, no health, no prices.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import Event, record
from marketplace.foundation.database import gathering
from marketplace.leads.deletion_duties import duties_by_clinic
from marketplace.leads.models import Lead
from marketplace.leads.states import QUOTABLE, LeadState
from marketplace.leads.status_texts import tally_text
from marketplace.mail import outbox, quota
from marketplace.mail.email_text import both_clocks, day, place, short_day
from marketplace.mail.links import ConfirmationsLink, ConfirmLink, Link, RequestLink
from marketplace.mail.quota import mailed_recently, try_lock
from marketplace.quote_requests import retention
from marketplace.quote_requests.events import ConfirmationHeldBack
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.request_links import confirmations_until
from marketplace.quote_requests.states import RequestState

_NOT_TWICE_WITHIN = timedelta(hours=24)


def confirm_request(event: Event) -> None:
    """Asks to confirm the address, before which no clinic gets anything (RequestSubmitted, asked again, corrected)."""
    request = _request(event)
    _put_unasked("confirm_request", request, link=ConfirmLink(request))


def confirm_again(event: Event) -> None:
    """Reminds once to confirm; the link replaces the first (ConfirmationReminded)."""
    request = _request(event)
    _put_unasked("confirm_again", request, link=ConfirmLink(request))


def request_sent(event: Event) -> None:
    """Names the clinics that have the request, or says that it waits for one (RequestConfirmed)."""
    request = _request(event)
    sent_to = [_row(lead, request) for lead in _leads(request)]
    if sent_to:
        put("request_sent", request, context={"sent_to": sent_to, "n": len(sent_to)}, link=RequestLink(request))
    else:
        put("request_waiting", request, link=RequestLink(request))


def clinic_asked(event: Event) -> None:
    """Says that a clinic needs to know something before it can quote (QuestionAsked)."""
    request, clinic = _request(event), _clinic(event)
    context = {"clinic": named(clinic, request)}
    put("clinic_asked", request, context=context, link=RequestLink(request, f"messages/{clinic.slug}"))


def clinic_will_not_quote(event: Event) -> None:
    """Says how it stands with all clinics once one expired or declined, and that more can be asked.

    Follows LeadExpired, and LeadDeclined, which has a reason.
    """
    request = _request(event)
    if request.state != RequestState.OPEN or recently(request, "clinic_will_not_quote"):
        return
    leads = _leads(request)
    quotes = sum(lead.state == LeadState.QUOTED for lead in leads)
    link = RequestLink(request, "compare" if quotes else "clinics")
    with force_locale(request.locale):
        standing = tally_text(leads)
    context = {
        "quotes": quotes,
        "standing": standing,
        "declined": event.reason is not None,
        "late": any(lead.state == LeadState.EXPIRED for lead in leads),
    }
    put("clinic_will_not_quote", request, context=context, link=link)


def choice_made(event: Event) -> None:
    """Says which clinic has the contact now, and what to confirm before paying (QuoteChosen)."""
    request = _request(event)
    context = {"clinic": named(_clinic(event), request)}
    put("choice_made", request, context=context, link=RequestLink(request))


def choice_undone(event: Event) -> None:
    """Confirms that the choice was undone (ChoiceUndone)."""
    request = _request(event)
    others = [lead for lead in _leads(request) if lead.clinic_id != event.clinic_id and lead.state in QUOTABLE]
    context = {"others": bool(others), "quote_stands": event.reason is None}
    is_one_left = event.reason is None or any(lead.state == LeadState.QUOTED for lead in others)
    put("choice_undone", request, context=context, link=RequestLink(request, "compare" if is_one_left else ""))


def clinics_available(event: Event) -> None:
    """Says that a clinic fits a request that waited without one (ClinicsAvailable)."""
    request = _request(event)
    put("clinics_available", request, link=RequestLink(request, "clinics"))


def access_link(event: Event) -> None:
    """Sends a new link to the request (LinkAsked)."""
    request = _request(event)
    put("access_link", request, link=RequestLink(request))


def request_open_already(event: Event) -> None:
    """Tells the owner of the address, and nobody else, that a request of theirs is open (RequestRepeated)."""
    request = _request(event)
    context = {"sent": day(request.created_at.date(), locale=request.locale)}
    _put_unasked("request_open_already", request, context=context, link=RequestLink(request))


def deletion_announced(event: Event) -> None:
    """Announces that an ended request will be erased (ErasureAnnounced)."""
    request = _request(event)
    erased_on = retention.erased_on(request).date()
    context = {
        "day": day(erased_on, locale=request.locale),
        "day_short": short_day(erased_on, locale=request.locale),
    }
    put("deletion_announced", request, context=context, link=RequestLink(request, "keep"))


def _put_unasked(name: str, request: QuoteRequest, *, context: Mapping[str, Any] | None = None, link: Link) -> None:
    """Puts an email to an address anyone may have typed; beyond the quota nothing goes, which the audit log says."""
    used_up = quota.exhausted_window(request.email_hash or b"")
    if used_up:
        record(ConfirmationHeldBack(request_id=request.id, reason=used_up))
    else:
        put(name, request, context=context, link=link)


def put(
    name: str,
    request: QuoteRequest,
    *,
    context: Mapping[str, Any] | None = None,
    link: Link | None = None,
    clinic_id: UUID | None = None,
    outlives_request: bool = False,
) -> None:
    """Puts an email to the request's address into the outbox; `clinic_id` where it is about one clinic."""
    outbox.put(
        name,
        to=request.box.open("quote_request.contact_sealed", request.contact_sealed or b"")["email"],
        audience="patient",
        context=context or {},
        request=request,
        clinic_id=clinic_id,
        link=link,
        locale=request.locale,
        outlives_request=outlives_request,
    )


def _request(event: Event) -> QuoteRequest:
    return db.session.get_one(QuoteRequest, event.request_id)


def _clinic(event: Event) -> Clinic:
    return db.session.get_one(Clinic, event.clinic_id)


def named(clinic: Clinic, request: QuoteRequest) -> dict[str, str]:
    """Returns a clinic's name and place."""
    return {"name": clinic.name, "place": place(clinic, locale=request.locale)}


def _row(lead: Lead, request: QuoteRequest) -> tuple[str, str]:
    """A clinic that has the request, and where it is and until when it can answer."""
    clinic = named(lead.clinic, request)
    until = both_clocks(lead.due_at, home=request.home_country, there=lead.clinic.timezone, locale=request.locale)
    with force_locale(request.locale):
        return clinic["name"], _("%(place)s. It has until %(moment)s", place=clinic["place"], moment=until)


def _leads(request: QuoteRequest) -> Sequence[Lead]:
    return (
        gathering.rows_of(Lead)
        or db.session.scalars(
            select(Lead)
            .where(Lead.request_id == request.id, Lead.state != LeadState.REVOKED)
            .order_by(Lead.created_at, Lead.id)
        ).all()
    )


def recently(
    request: QuoteRequest, name: str, *, path: str | None = None, within: timedelta = _NOT_TWICE_WITHIN
) -> bool:
    """Whether such an email was written lately, or another worker is about to write it."""
    if not try_lock(f"{name} {request.id} {path or ''}"):
        return True
    return mailed_recently(name, within=within, request_id=request.id, path=path)


def request_deleted(event: Event) -> None:
    """Confirms that the request is deleted; its recipient is erased once it is sent or given up (RequestDeleted).

    Its link outlives the request: it shows which clinics have confirmed, and nothing of the person.
    """
    request = db.session.get_one(QuoteRequest, event.request_id)
    context = {
        "until": day(confirmations_until(request).date(), locale=request.locale),
    }
    link = ConfirmationsLink(request) if duties_by_clinic(request) else None
    put("request_deleted", request, context=context, link=link, outlives_request=True)
