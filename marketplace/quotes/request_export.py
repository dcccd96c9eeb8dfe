"""Exports everything stored of a person's request as plain values, ready to be written as JSON."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry, record
from marketplace.foundation.database.columns import Json
from marketplace.leads import status_texts
from marketplace.leads.deletion_duties import duties_by_clinic
from marketplace.leads.messages import messages
from marketplace.leads.models import DeletionDuty, Lead, RoutingDecision
from marketplace.leads.queries import decisions, leads_of
from marketplace.quote_requests import access_records, queries
from marketplace.quote_requests.answer_table import OPEN_COLUMNS
from marketplace.quote_requests.earlier_answers import all_earlier
from marketplace.quote_requests.events import RequestExported
from marketplace.quote_requests.models import AccessRecord, Consent, Photo, QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.read_only_links import ReadOnlyLink, ReadOnlyLook, links_of, looks_of
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import can_be_chosen, changed_after
from marketplace.quotes.quote_plans import checked_quote
from marketplace.quotes.terms import STORED, terms_of
from marketplace.words.lead import ROUTING_REASONS

Exported = Mapping[str, "Exported"] | Sequence["Exported"] | date | str | int | float | bool | None
# Columns as they stand; what a key or another table says is spelled out below.
PLAIN = (
    *("locale", "state", "created_at", "unconfirmed_at", "open_at", "paused_at", "chosen_at", "settled_at"),
    *("undo_until", "expired_at", "withdrawn_at", "closed_at", "announced_at", "retention_restarted_at"),
    *(column for column in OPEN_COLUMNS if column != "procedure_id"),
    *("share_budget", "wait_without_clinic", "share_health", "aftercare", "aftercare_until"),
)
MESSAGE = ("author", "body", "at", "read_at")


def export(request: QuoteRequest, also: Mapping[str, Exported]) -> dict[str, Any]:
    """Returns all of the request and `also`, and records the export. Raises CannotOpen once it is erased."""
    content = {
        "reference": request.ref,
        "treatment": request.treatment.name if request.treatment else None,
        "procedure": request.procedure.name if request.procedure else None,
        **{name: getattr(request, name) for name in PLAIN},
        **vars(queries.answers(request)),
        "earlier_answers": [{"answer": name, "value": value, "until": at} for name, value, at in all_earlier(request)],
        "photos": [{"file": file, "added_at": photo.added_at} for file, photo in photo_files(request)],
        "consents": [_consent(consent) for consent in queries.consents(request)],
        "deletions": [_duty(duty) for duties in duties_by_clinic(request).values() for duty in duties],
        "clinics": [_lead(lead) for lead in leads_of(request)],
        "quotes": [_quote(quote) for quote in _ever_sent(request)],
        "looks": [_access(access) for access in access_records.access_records_of(request)],
        **also,
        "read_only_links": [_read_only(link, looks_of(request)) for link in links_of(request)],
        "considered": [_decision(decision) for decision in decisions(request)],
        "history": [_event(entry) for entry in queries.history(request)],
    }
    record(RequestExported(request_id=request.id))
    return {name: _plain(value) for name, value in content.items()}


def photo_files(request: QuoteRequest) -> list[tuple[str, Photo]]:
    """Returns the photos with their paths in the archive."""
    return [(f"photos/{number}.jpg", photo) for number, photo in enumerate(photos_of(request), start=1)]


def _ever_sent(request: QuoteRequest) -> list[Quote]:
    query = select(Quote).where(Quote.request_id == request.id, Quote.sent_at.is_not(None)).order_by(Quote.number)
    return list(db.session.scalars(query.options(joinedload(Quote.lead).joinedload(Lead.clinic))))


def _event(entry: AuditEntry) -> dict[str, Any]:
    """Of a changed answer also its name; of all else the codes stand with what they are about."""
    changed = {"answer": entry.reason} if entry.event == "RequestChanged" else {}
    return {"what": entry.event, "at": entry.at, **changed}


def _consent(consent: Consent) -> dict[str, Any]:
    names = ("purpose", "act", "text", "version", "at")
    return {"clinic": consent.clinic.name, **{name: getattr(consent, name) for name in names}}


def _duty(duty: DeletionDuty) -> dict[str, Any]:
    names = ("purpose", "asked_at", "chased_at", "confirmed_at")
    return {"clinic": duty.clinic.name, **{name: getattr(duty, name) for name in names}}


def _lead(lead: Lead) -> dict[str, Any]:
    names = ("state", "new_at", "opened_at", "answered_at", "due_at", "decline_reason", "changes_seen_at")
    return {
        "clinic": lead.clinic.name,
        "country": lead.clinic.country,
        **{name: getattr(lead, name) for name in names},
        "changed": status_texts.clinic_news(lead),
        "messages": [{name: getattr(said, name) for name in MESSAGE} for said in messages(lead)],
    }


def _quote(quote: Quote) -> dict[str, Any]:
    terms, plan = terms_of(quote), checked_quote(quote)
    return {
        "number": quote.number,
        "clinic": quote.lead.clinic.name,
        "state": quote.state,
        "can_be_chosen": can_be_chosen(quote),
        "given_before_changes_of": changed_after(quote),
        "sent_at": quote.sent_at,
        "withdrawn_at": quote.withdrawn_at,
        "withdraw_reason": quote.withdraw_reason,
        "procedure": quote.procedure.name,
        **{name: getattr(terms, name) for name in STORED if name != "procedure_id"},
        "plan_can_be_done": plan.can_be_done,
        "needs_more_trips_than_said": plan.too_many_trips,
        "message": terms.message,
        "answers": terms.answers,
    }


def _access(access: AccessRecord) -> dict[str, Any]:
    who = access.clinic.name if access.clinic is not None else gettext("marketplace staff")
    return {"who": who, "what": access.what, "at": access.at, "reason": access.reason}


def _read_only(link: ReadOnlyLink, looks: Mapping[UUID, list[ReadOnlyLook]]) -> dict[str, Any]:
    """The link itself is nowhere stored: who it was for, until when, and each look."""
    return {
        **{name: getattr(link, name) for name in ("reader", "made_at", "expires_at", "ended_at")},
        "shows_health": link.code_hash is not None,
        "looks": [{"what": look.what, "at": look.at} for look in looks.get(link.id, [])],
    }


def _decision(decision: RoutingDecision) -> dict[str, Any]:
    return {
        "clinic": decision.clinic.name,
        "outcome": decision.outcome,
        "reason": str(ROUTING_REASONS.patient[decision.reason]),
        "at": decision.decided_at,
    }


def _plain(value: Exported) -> Json:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    return [_plain(part) for part in value] if isinstance(value, Sequence) else value
