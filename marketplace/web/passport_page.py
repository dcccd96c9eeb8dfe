"""The treatment passport as its person, and a doctor with a code, read it; each fact with where it is from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from babel.dates import format_date
from flask_babel import get_locale
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
from marketplace.web.filters import country_name, day, day_text
from marketplace.web.forms.session_record import session_labels
from marketplace.web.opening_words import opening_rows
from marketplace.words.lead import PRACTITIONER_ROLES

EDGE, WIDTH = 8.0, 84.0  # per cent of the line of days: its margin, and what lies between the margins
MAX_DAYS_NAMED = 5  # on a narrow screen


@dataclass(frozen=True)
class SessionCard:
    """One session: its facts in words, its planned day until it is written of, and whether nobody has done that yet."""

    number: int
    day: Markup | None
    planned_on: str | None
    rows: list[tuple[str, str]]
    patient_says: list[tuple[str, str]]
    is_planned: bool


class StripDay(NamedTuple):
    """One session on the line of days: its place in per cent, and its day in a few letters."""

    x: float
    number: int
    day: str
    is_written: bool
    is_between: bool  # every second one of many; a narrow screen has no room for its day


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
    strip: list[StripDay]
    for_doctor: str
    signs: Markup | None
    emergency: Markup | None
    is_signed_off: bool

    @property
    def written(self) -> int:
        """Returns of how many sessions somebody has written."""
        return sum(not card.is_planned for card in self.sessions)

    @property
    def next_number(self) -> int | None:
        """Returns the first session that nobody has written of; None where there is none."""
        return next((card.number for card in self.sessions if card.is_planned), None)


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
    written = {each.number: each for each in sessions_of(lead)}
    days = _days(quote, written, first=plans.expected_day(request))
    return Passport(
        request.ref,
        queries.answers(request).name,
        lead,
        quote,
        _treated(quote, treatment.name),
        _call(lead, quote),
        _cards(written, quote, days),
        _strip(days, written),
        particulars.for_doctor,
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
        (_("Emergency"), _("The emergency number where you are")),
    ]


def _in_the_quote(quote: Quote) -> tuple[str, str]:
    """Returns what the quote says of whom to call: a clinic's own page holds no phone number."""
    if quote.if_something_goes_wrong:
        return _("The quote says"), quote.if_something_goes_wrong
    return _("Phone"), _("The quote gives none: ask the clinic for a number")


def _days(quote: Quote, written: Mapping[int, PassportSession], *, first: date | None) -> dict[int, date]:
    """Returns the day of each session as it was written, else as the spacing of the quote plans it."""
    days: dict[int, date] = {}
    for number in sorted({*range(1, quote.sessions + 1), *written}):
        said = written[number].said("day") if number in written else ""
        if said:
            days[number] = date.fromisoformat(said)
        elif number == 1 and first:
            days[number] = first
        elif quote.session_gap_weeks and number - 1 in days:
            days[number] = days[number - 1] + timedelta(weeks=quote.session_gap_weeks)
    return days


def _strip(days: Mapping[int, date], written: Mapping[int, PassportSession]) -> list[StripDay]:
    """Returns the sessions along a line of days; none where fewer than two days are known, or they are not in order."""
    moments = list(days.values())
    if len(set(moments)) < 2 or moments != sorted(moments):
        return []
    length = (moments[-1] - moments[0]).days
    return [
        StripDay(
            round(EDGE + WIDTH * (day - moments[0]).days / length, 2),
            number,
            format_date(day, "d MMM", locale=get_locale() or "en"),
            number in written,
            len(days) > MAX_DAYS_NAMED and at % 2 == 1,
        )
        for at, (number, day) in enumerate(days.items())
    ]


def _cards(written: Mapping[int, PassportSession], quote: Quote, days: Mapping[int, date]) -> list[SessionCard]:
    """Returns a card for each session of the quote, and for each further one that was written of."""
    numbers = sorted({*range(1, quote.sessions + 1), *written})
    return [_card(written.get(number, PassportSession(number)), days.get(number)) for number in numbers]


def _card(session: PassportSession, planned: date | None) -> SessionCard:
    labels = session_labels()
    said = session.said("day")
    return SessionCard(
        session.number,
        day(date.fromisoformat(said)) if said else None,
        day_text(planned) if planned and not said else None,
        [(label, session.said(name)) for name, label in labels.items() if session.said(name)],
        [(label, session.differs(name)) for name, label in labels.items() if session.differs(name)],
        session.clinic is None and session.patient is None,
    )
