"""Many requests at once, each with a key of its own and every kind of sealed value, made without their events."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from marketplace.aftercare.models import CheckIn
from marketplace.aftercare.passport import SessionRecord
from marketplace.aftercare.price_kept import PriceAnswer
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.security.sealed import Box, keyring, new_data_key
from marketplace.foundation.security.signed_links import SignedLink
from marketplace.leads.models import Lead, Message
from marketplace.mail.models import Email
from marketplace.quote_requests.drafts import new_ref
from marketplace.quote_requests.earlier_answers import EarlierAnswer
from marketplace.quote_requests.models import AccessRecord, Consent, Photo, QuoteRequest
from marketplace.quote_requests.states import Purpose
from marketplace.quotes.models import Quote
from tests.factories import build_clinic, procedure_named

CHUNK = 1000
Row = dict[str, Any]


# In the order in which they refer to each other.
MODELS = (
    *(QuoteRequest, Photo, EarlierAnswer, AccessRecord, Consent, Lead, Message, Quote, Email, SignedLink, AuditEntry),
    *(CheckIn, SessionRecord, PriceAnswer),
)


def fill(requests: int) -> None:
    """That many open requests at two clinics, with a quote, a message, emails, a link and a story each."""
    clinics = [build_clinic(f"Clinic {name}") for name in ("Lale", "Nar")]
    for start in range(0, requests, CHUNK):
        rows: dict[Any, list[Row]] = {}
        for number in range(start, min(start + CHUNK, requests)):
            for model, row in _rows(number, clinics):
                rows.setdefault(model, []).append(row)
        for model in MODELS:
            db.session.execute(insert(model), rows[model])
        db.session.commit()


def _rows(number: int, clinics: list[Clinic]) -> list[tuple[Any, Row]]:
    request, now = uuid7(), clock.now()
    key = new_data_key(owner=request)
    box = Box(key, owner=request)
    lead = uuid7()
    return [
        (QuoteRequest, _request(request, number, key, box)),
        *((Photo, _photo(request, place, box)) for place in (1, 2)),
        (AccessRecord, _look(request, box)),
        *((Consent, _consent(request, clinic, purpose)) for clinic in clinics for purpose in Purpose),
        *((Lead, _lead(lead if not n else uuid7(), request, clinic)) for n, clinic in enumerate(clinics)),
        (Message, _message(lead, box)),
        (EarlierAnswer, _earlier(request, box)),
        (Quote, _quote(lead, request, box)),
        (CheckIn, _check_in(request, box)),
        (SessionRecord, _session(lead, request, box)),
        (PriceAnswer, _paid(request, clinics[0], box)),
        *((Email, _email(request, box)) for _ in range(2)),
        (SignedLink, {"purpose": "page", "subject_id": request, "expires_at": now + timedelta(days=7)}),
        *((AuditEntry, {"at": now, "name": name, "actor": "patient", "request_id": request}) for name in STORY),
    ]


STORY = ("RequestSubmitted", "RequestConfirmed", "LeadArrived", "QuoteSent")


def _request(request: UUID, number: int, key: bytes, box: Box) -> Row:
    now = clock.now()
    return {
        "id": request,
        "ref": new_ref(),
        "state": "open",
        **{name: now for name in ("created_at", "draft_at", "unconfirmed_at", "open_at", "last_answered_at")},
        **{"home_country": "GB", "timing": "quarter", "trips": "2", "languages": ["en"], "destinations": ["TR"]},
        **{"treatment_id": procedure_named().treatment_id, "procedure_id": procedure_named().id, "share_health": True},
        "data_key": key,
        "health_sealed": box.seal(
            "quote_request.health_sealed", {"conditions": ["none"], "details": f"details {number}"}
        ),
        "name_sealed": box.seal("quote_request.name_sealed", f"Sample {number}"),
        "contact_sealed": box.seal(
            "quote_request.contact_sealed", {"email": f"p{number}@patient.example", "phone": ""}
        ),
        "questions_sealed": box.seal("quote_request.questions_sealed", ["Which needle?"]),
        "email_hash": keyring.look_up_hash(f"p{number}@patient.example"),
    }


def _photo(request: UUID, place: int, box: Box) -> Row:
    photo = uuid7()
    sealed = box.seal_bytes("photo.picture_sealed", bytes(range(256)) * 4, row=photo)
    return {"id": photo, "request_id": request, "place": place, "picture_sealed": sealed, "added_at": clock.now()}


def _look(request: UUID, box: Box) -> Row:
    look = uuid7()
    said = box.seal("look.reason_sealed", "The patient asked us", row=look)
    return {"id": look, "request_id": request, "actor": "operator:x", "what": "health", "reason_sealed": said} | {
        "at": clock.now()
    }


def _earlier(request: UUID, box: Box) -> Row:
    earlier = uuid7()
    sealed = box.seal("earlier_answer.value_sealed", ["2"], row=earlier)
    return {"id": earlier, "request_id": request, "name": "trips", "value_sealed": sealed, "at": clock.now()}


def _consent(request: UUID, clinic: Clinic, purpose: Purpose) -> Row:
    given = {"purpose": purpose, "act": "given", "number": 1, "text": "I agree", "version": "1", "at": clock.now()}
    return {"id": uuid7(), "request_id": request, "clinic_id": clinic.id, **given}


def _lead(lead: UUID, request: UUID, clinic: Clinic) -> Row:
    now = clock.now()
    moments = {"new_at": now, "quoted_at": now, "created_at": now, "due_at": now + timedelta(hours=48)}
    return {"id": lead, "request_id": request, "clinic_id": clinic.id, "state": "quoted", **moments}


def _message(lead: UUID, box: Box) -> Row:
    message = uuid7()
    body = box.seal("message.body_sealed", "Which area? – Die Wangen", row=message)
    return {"id": message, "lead_id": lead, "author": "clinic", "body_sealed": body, "sent_at": clock.now()}


def _quote(lead: UUID, request: UUID, box: Box) -> Row:
    quote, now = uuid7(), clock.now()
    return {
        **{"id": quote, "lead_id": lead, "request_id": request, "number": 1, "state": "sent", "version": 1},
        **{"held_at": now, "sent_at": now, "created_at": now, "held_until": now, "discount": 0},
        **{"procedure_id": procedure_named().id, "sessions": 4, "price_per_session": 12000, "total": 48000},
        **{"currency": "EUR", "product": "NCTF 135 HA", "practitioner_role": "doctor", "trips": 2},
        **{"nights_per_trip": 1, "deposit": 0, "valid_until": now.date() + timedelta(days=30)},
        **{"included": ["hotel"], "excluded": []},
        "message_sealed": box.seal("quote.message_sealed", "We suggest May", row=quote),
        "answers_sealed": box.seal("quote.answers_sealed", ["A fine one"], row=quote),
    }


def _check_in(request: UUID, box: Box) -> Row:
    check_in, now = uuid7(), clock.now()
    moments = {"due_at": now, "planned_at": now, "asked_at": now, "answered_at": now}
    sealed = box.seal("check_in.answer_sealed", "fine", row=check_in)
    return {"id": check_in, "request_id": request, "week": 2, "state": "answered", "answer_sealed": sealed, **moments}


def _session(lead: UUID, request: UUID, box: Box) -> Row:
    session = uuid7()
    sealed = box.seal("session_record.details_sealed", {"lot": "A1"}, row=session)
    of = {"id": session, "request_id": request, "lead_id": lead, "number": 1, "author": "clinic"}
    return {**of, "details_sealed": sealed, "written_at": clock.now()}


def _paid(request: UUID, clinic: Clinic, box: Box) -> Row:
    now, sealed = clock.now(), box.seal("price_answer.paid_sealed", 52000)
    said = {"answer": "more", "month": now.date().replace(day=1), "answered_at": now}
    return {"request_id": request, "clinic_id": clinic.id, "paid_sealed": sealed, **said}


def _email(request: UUID, box: Box) -> Row:
    email, now = uuid7(), clock.now()
    return {
        **{"id": email, "name": "access_link", "audience": "patient", "locale": "en", "state": "sent"},
        **{"waiting_at": now, "sent_at": now, "created_at": now, "attempts": 1, "unclear_attempts": 0},
        **{"request_id": request, "subject": "Your link"},
        "recipient_sealed": box.seal("email.recipient_sealed", "p@patient.example", row=email),
        "text_sealed": box.seal("email.text_sealed", "text " * 100, row=email),
        "html_sealed": box.seal("email.html_sealed", "<p>text</p>" * 200, row=email),
    }
