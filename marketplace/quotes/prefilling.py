"""Prefills the form of a quote with what the clinic would most likely answer."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.catalogue.models import Procedure
from marketplace.clinics.models import ClinicPrice
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.quote_requests.queries import treatment_of
from marketplace.quotes.models import Quote
from marketplace.quotes.quote_plans import min_gap, usual
from marketplace.quotes.states import QuoteState
from marketplace.quotes.terms import FIELDS, UNDECIDED, QuoteTerms

# What a clinic answers alike for everybody: no price, discount, deposit, day or words to one patient.
CARRIED = tuple(name for name, about in FIELDS.items() if about.carried)
# Quotes that went out and were meant: not one that was undone or withdrawn.
MEANT = (QuoteState.SENT, QuoteState.SUPERSEDED, QuoteState.EXPIRED, QuoteState.CHOSEN, QuoteState.NOT_CHOSEN)


@dataclass(frozen=True)
class Sources:
    """Where the values of a new form come from."""

    price: ClinicPrice | None
    earlier_quote: bool


def prefill(lead: Lead) -> QuoteTerms:
    """Returns the terms a clinic would most likely state: its prices, and what it answers alike to everybody."""
    procedure = _procedure(lead)
    terms = _from_price_list(lead, procedure, clock.today() + timedelta(days=30))
    earlier = _last_quote(lead, procedure)
    if earlier is None:
        return terms
    carried = {name: getattr(earlier, name) for name in CARRIED}
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in carried.items()}
    return replace(terms, **kept)


def sources(lead: Lead) -> Sources:
    """Returns where the values of a new form come from, for the form to say so."""
    procedure = _procedure(lead)
    return Sources(_listed(lead, procedure), earlier_quote=_last_quote(lead, procedure) is not None)


def _procedure(lead: Lead) -> Procedure:
    """Returns the procedure that was asked for; the treatment's first where the patient is unsure."""
    request = lead.request
    return request.procedure or treatment_of(request).procedures[0]


def _listed(lead: Lead, procedure: Procedure) -> ClinicPrice | None:
    in_currency = (price for price in lead.clinic.prices if price.currency == lead.clinic.currency)
    return next((price for price in in_currency if price.procedure_id == procedure.id), None)


def _last_quote(lead: Lead, procedure: Procedure) -> Quote | None:
    query = select(Quote).join(Lead, Lead.id == Quote.lead_id).where(Quote.state.in_(MEANT))
    query = query.where(Lead.clinic_id == lead.clinic_id, Quote.procedure_id == procedure.id)
    return db.session.scalar(query.order_by(Quote.id.desc()).limit(1))


def _from_price_list(lead: Lead, procedure: Procedure, valid_until: date) -> QuoteTerms:
    clinic = lead.clinic
    price = _listed(lead, procedure)
    low, high = (price.low, price.high) if price else (0, 0)
    sessions = int(procedure.facts.get("sessions", [4])[0])
    each = (low + high) // 2
    person = clinic.people[0] if clinic.people else None
    plan = usual(sessions, gap=min_gap(procedure), request=lead.request, country=clinic.country)
    return QuoteTerms(
        procedure_id=procedure.id,
        sessions=sessions,
        price_per_session=each,
        currency=clinic.currency,
        total=sessions * each,
        product=clinic.products[0] if clinic.products else str(UNDECIDED),
        practitioner_role=person.role if person else "doctor",
        practitioner_name=person.name if person else None,
        practitioner_register=person.register_number if person else None,
        trips=plan.trips,
        nights_per_trip=plan.nights,
        session_gap_weeks=plan.gap,
        deposit=0,
        valid_until=valid_until,
    )
