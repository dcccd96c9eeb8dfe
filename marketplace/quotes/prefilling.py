"""What a clinic would most likely answer, so that it retypes nothing."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from marketplace.catalogue.models import Procedure
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.quotes.course_plans import checked, min_gap, usual
from marketplace.quotes.models import Quote
from marketplace.quotes.states import QuoteState
from marketplace.quotes.terms import STORED, QuoteTerms


def prefill(lead: Lead) -> QuoteTerms:
    """What this clinic would most likely answer: its last quote for the procedure, else its price list."""
    procedure = lead.request.procedure or db.session.scalars(select(Procedure).order_by(Procedure.position)).first()
    assert procedure is not None, "the content is loaded"
    valid_until = clock.today() + timedelta(days=30)
    earlier = _last_quote(lead, procedure)
    if earlier is not None:
        kept: dict[str, Any] = {name: _kept(earlier, name) for name in STORED}
        terms = QuoteTerms(**{**kept, "valid_until": valid_until, "earliest_date": None})
        return _planned(replace(terms, deposit_refundable_until=None), lead, procedure)
    return _from_price_list(lead, procedure, valid_until)


def _planned(terms: QuoteTerms, lead: Lead, procedure: Procedure) -> QuoteTerms:
    """The clinic's usual plan where this patient can do it, else one that can be done."""
    request, country = lead.request, lead.clinic.country
    if checked(terms, procedure, request=request, country=country).fits:
        return terms
    gap = terms.session_gap_weeks or min_gap(procedure)
    plan = usual(terms.sessions, gap=gap, request=request, country=country)
    return replace(terms, trips=plan.trips, nights_per_trip=plan.nights)


def _kept(quote: Quote, name: str) -> object:
    value = getattr(quote, name)
    return tuple(value) if isinstance(value, list) else value


def _last_quote(lead: Lead, procedure: Procedure) -> Quote | None:
    query = select(Quote).join(Lead, Lead.id == Quote.lead_id)
    query = query.where(Lead.clinic_id == lead.clinic_id, Quote.procedure_id == procedure.id)
    return db.session.scalar(query.where(Quote.state != QuoteState.WITHDRAWN).order_by(Quote.id.desc()).limit(1))


def _from_price_list(lead: Lead, procedure: Procedure, valid_until: date) -> QuoteTerms:
    clinic = lead.clinic
    price = next((price for price in clinic.prices if price.procedure_id == procedure.id), None)
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
        product=clinic.products[0] if clinic.products else gettext("Decided after consultation"),
        practitioner_role=person.role if person else "doctor",
        practitioner_name=person.name if person else None,
        practitioner_register=person.register_number if person else None,
        trips=plan.trips,
        nights_per_trip=plan.nights,
        session_gap_weeks=plan.gap,
        deposit=0,
        valid_until=valid_until,
    )
