"""The treatment passport as its person, and a doctor with a code, read it; each fact with where it is from."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.aftercare import plans
from marketplace.aftercare.passport import PassportSession, sessions_of
from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.queries import guide
from marketplace.catalogue.texts import section
from marketplace.foundation.problems import WrongState
from marketplace.leads.models import Lead
from marketplace.quote_requests import queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS
from marketplace.quotes.models import Quote
from marketplace.web.filters import country_name, day
from marketplace.web.forms.session_record import session_labels
from marketplace.web.opening_words import opening_rows
from marketplace.words.lead import PRACTITIONER_ROLES


@dataclass(frozen=True)
class SessionCard:
    """One session: its facts in words, and whether nobody has written of it yet."""

    number: int
    day: Markup | None
    rows: list[tuple[str, str]]
    patient_says: list[tuple[str, str]]
    is_planned: bool


@dataclass(frozen=True)
class Passport:
    """All that the page shows."""

    reference: str
    name: str
    lead: Lead
    quote: Quote
    treated: list[tuple[str, object]]
    call: list[tuple[str, object]]
    sessions: list[SessionCard]
    doctor: Markup | None
    emergency: Markup | None
    is_signed_off: bool


def passport_of(request: QuoteRequest) -> Passport:
    """Returns the passport, filled from the quote and by what both sides wrote. Raises WrongState without a choice."""
    lead, quote = plans.won_lead(request), plans.chosen_quote(request)
    if lead is None or quote is None:
        raise WrongState(REQUEST_REFUSALS[request.state])
    treatment = queries.treatment_of(request)
    particulars, body = particulars_of(treatment), guide(treatment, "aftercare").body
    signs = [sign for sign in particulars.signs if sign.doctor]
    doctor = section(body, signs[0].section) if signs else None
    emergency = section(body, particulars.emergency_section)
    return Passport(
        request.ref,
        queries.answers(request).name,
        lead,
        quote,
        _treated(quote, treatment.name),
        _call(lead, quote),
        _cards(sessions_of(lead), quote),
        doctor.html if doctor else None,
        emergency.html if emergency else None,
        bool(treatment.signed_off_by),
    )


def _treated(quote: Quote, treatment: str) -> list[tuple[str, object]]:
    clinic, role = quote.lead.clinic, str(PRACTITIONER_ROLES.patient[quote.practitioner_role])
    person = ", ".join(part for part in (quote.practitioner_name, role, quote.practitioner_register) if part)
    return [
        (_("Treatment"), f"{treatment}: {quote.procedure.name}"),
        (_("Treated by"), person),
        (_("Clinic"), f"{clinic.name}, {clinic.city}, {country_name(clinic.country)}"),
        (_("Product in the quote"), quote.product),
    ]


def _call(lead: Lead, quote: Quote) -> list[tuple[str, object]]:
    """Returns the clinic's contact as the patient got it with the choice, and what its quote says for this case.

    A clinic is open by its own clock, and by that of where the patient lives, where the two differ today.
    """
    clinic = lead.clinic
    opening = opening_rows(clinic.hours, there=clinic.timezone, home=lead.request.home_country)
    given = [
        (_("Clinic"), clinic.email),
        (_("Website"), clinic.website),
        _in_the_quote(quote),
        (_("Address"), f"{clinic.address}, {country_name(clinic.country)}"),
    ]
    return [
        *[(label, value) for label, value in given if value],
        *opening,
        (_("At home"), _("Your own doctor")),
        (_("Emergency"), _("The emergency number of where you are")),
    ]


def _in_the_quote(quote: Quote) -> tuple[str, str]:
    """Returns what the quote says of whom to call: a clinic's own page holds no phone number."""
    if quote.if_something_goes_wrong:
        return _("The quote says"), quote.if_something_goes_wrong
    return _("Phone"), _("The quote gives none: ask the clinic for a number")


def _cards(written: list[PassportSession], quote: Quote) -> list[SessionCard]:
    """Returns a card for each session of the quote, and for each further one that was written of."""
    known = {each.number: each for each in written}
    numbers = sorted({*range(1, quote.sessions + 1), *known})
    return [_card(known.get(number, PassportSession(number))) for number in numbers]


def _card(session: PassportSession) -> SessionCard:
    labels = session_labels()
    said = session.said("day")
    return SessionCard(
        session.number,
        day(date.fromisoformat(said)) if said else None,
        [(label, session.said(name)) for name, label in labels.items() if session.said(name)],
        [(label, session.differs(name)) for name, label in labels.items() if session.differs(name)],
        session.clinic is None and session.patient is None,
    )
