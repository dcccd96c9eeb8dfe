"""Rows to write emails about, made without the events that would put emails of their own into the outbox."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import Event
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.mail import delivery
from marketplace.mail.models import Email
from marketplace.quote_requests import retention
from marketplace.quote_requests.models import Consent, QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState
from tests.factories import build_clinic, build_draft, procedure_named

ADDRESS = "ana.private@patient.example"


def a_clinic(name: str = "Clinic Lale", **changes: Any) -> Clinic:
    """A published clinic."""
    return build_clinic(name, **changes)


def a_request(state: RequestState = RequestState.OPEN, **changes: Any) -> QuoteRequest:
    """A request that simply is in that state."""
    request = build_draft(email=changes.pop("email", ADDRESS))
    with db.session.no_autoflush:
        setattr(request, f"{state}_at", clock.now())
        request.state = state
    for name, value in changes.items():
        setattr(request, name, value)
    db.session.flush()
    return request


def erase(request: QuoteRequest) -> None:
    """Its key is destroyed."""
    retention.empty(request)


def a_lead(
    request: QuoteRequest | None = None,
    clinic: Clinic | None = None,
    *,
    state: LeadState = LeadState.NEW,
    **changes: Any,
) -> Lead:
    """A lead that simply is in that state, with the consent it needs."""
    request, clinic, now = request or a_request(), clinic or a_clinic(), clock.now()
    said = {"purpose": "request", "act": "given", "number": 1, "text": "Send it to this clinic", "version": "1"}
    db.session.add(Consent(request_id=request.id, clinic_id=clinic.id, at=now, **said))
    db.session.flush()
    values = {"due_at": now + timedelta(hours=48), "new_at": now, f"{state}_at": now, **changes}
    lead = Lead(request=request, clinic=clinic, state=state, **values)
    db.session.add(lead)
    db.session.flush()
    return lead


def a_quote(lead: Lead | None = None, *, number: int = 1, **changes: Any) -> Quote:
    """A sent quote nobody was told of."""
    lead, now = lead or a_lead(state=LeadState.QUOTED), clock.now()
    plain = {
        "procedure_id": procedure_named().id,
        "sessions": 4,
        "price_per_session": 12000,
        "total": 48000,
        "currency": "EUR",
        "product": "NCTF 135 HA",
        "practitioner_role": "doctor",
        "trips": 2,
        "nights_per_trip": 1,
        "deposit": 0,
        "valid_until": clock.today() + timedelta(days=30),
        "state": QuoteState.SENT,
        "sent_at": now,
        "held_until": now,
    }
    quote = Quote(lead=lead, request_id=lead.request_id, number=number, **(plain | changes))
    db.session.add(quote)
    db.session.flush()
    return quote


def event_of(thing: Lead | QuoteRequest | Clinic, **more: Any) -> Event:
    """Something that happened to it."""
    if isinstance(thing, Lead):
        return Event(request_id=thing.request_id, clinic_id=thing.clinic_id, lead_id=thing.id, **more)
    if isinstance(thing, Clinic):
        return Event(clinic_id=thing.id, **more)
    return Event(request_id=thing.id, **more)


def emails(name: str | None = None) -> list[Email]:
    """What is in the outbox, oldest first."""
    query = select(Email).order_by(Email.id)
    return list(db.session.scalars(query.where(Email.name == name) if name else query))


def only(name: str) -> Email:
    """The one email of that name."""
    (email,) = emails(name)
    return email


def text_of(email: Email) -> str:
    """Its text as stored."""
    return delivery.contents(email).text


def jobs_of(task: str, **argument: Any) -> list[Any]:
    """Waiting jobs: args and scheduled_at."""
    rows = db.session.execute(
        text("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'"),
        {"task": task},
    ).all()
    wanted = {name: str(value) for name, value in argument.items()}
    return [row for row in rows if wanted.items() <= row.args.items()]
