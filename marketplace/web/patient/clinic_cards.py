"""The clinics that a patient may tick, each as a card, alike in the form and on the page that adds clinics."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from babel.lists import format_list
from flask_babel import get_locale
from markupsafe import Markup

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import travel_dated
from marketplace.catalogue.models import Procedure
from marketplace.clinics.checks import stamp
from marketplace.clinics.models import Clinic
from marketplace.foundation import clock
from marketplace.leads.proposal import Proposal, Proposed, wanted
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import started_from_ids, treatment_of
from marketplace.quotes.comparison_table import currency_of, home_of
from marketplace.quotes.quote_plans import trips_abroad
from marketplace.web.clinic_course import Course, Journey, usual_courses
from marketplace.web.clinic_words import StampWords, stamp_words
from marketplace.web.patient.proposal_reasons import why_proposed, why_text
from marketplace.web.patient.why_clinics import WhyNot, why_not
from marketplace.words.lead import ROUTING_REASONS
from marketplace.words.listing import CHECK_KINDS


@dataclass(frozen=True)
class ClinicCard:
    """What a patient reads of a proposed clinic to choose by.

    `unchecked` names the checks that do not hold; `procedure` is what the `course` is of, None without a price list;
    `is_first` says that the request was started from the clinic's page.
    """

    clinic: Clinic
    is_first: bool
    procedure: str | None
    course: Course | None
    stamp: StampWords
    unchecked: str
    why: Markup


@dataclass(frozen=True)
class ClinicChoice:
    """The clinics that may be ticked for a request, as cards in the order proposed."""

    quote_request: QuoteRequest
    proposed: Proposed

    @cached_property
    def cards(self) -> dict[str, ClinicCard]:
        """Returns a card for each proposed clinic by slug."""
        asked = self.quote_request.procedure
        procedures = [asked] if asked else list(treatment_of(self.quote_request).procedures)
        return {each.clinic.slug: _card(each, self.quote_request, procedures) for each in self.proposed.proposals}

    @cached_property
    def refused_first(self) -> tuple[Clinic, str] | None:
        """Returns the clinic that the request was started from and why it cannot get it, in words; else None."""
        first = self.quote_request.started_from_id
        if first is None or any(each.clinic.id == first for each in self.proposed.proposals):
            return None
        found = wanted(self.quote_request, started_from_ids(self.quote_request))
        named = ((clinic, found.refused[clinic.id]) for clinic in found.clinics if clinic.id in found.refused)
        return next(((clinic, str(ROUTING_REASONS.patient[reason])) for clinic, reason in named), None)

    @property
    def why_not(self) -> list[WhyNot]:
        """Returns why other clinics are not among them, without links, which would lose what is ticked."""
        return why_not(self.proposed.counts, address=None)

    @property
    def travel_dated(self) -> date | None:
        """Returns the day of our travel estimates; None where no card counts travel."""
        travels = any(card.course and card.course.travel for card in self.cards.values())
        return travel_dated() if travels else None

    @property
    def rate_day(self) -> date | None:
        """Returns the day of the exchange rates; None where every price is in the patient's currency."""
        currency = currency_of(self.quote_request)
        return exchange.rate_day() if any(card.clinic.currency != currency for card in self.cards.values()) else None


def _card(proposal: Proposal, quote_request: QuoteRequest, procedures: list[Procedure]) -> ClinicCard:
    clinic, currency = proposal.clinic, currency_of(quote_request)
    procedure, course = _course(clinic, quote_request, procedures)
    return ClinicCard(
        clinic=clinic,
        is_first=proposal.reason == "asked_for",
        procedure=procedure.name if procedure else None,
        course=course,
        stamp=stamp_words(stamp(clinic.checks, clock.today())),
        unchecked=_unchecked(clinic),
        why=why_text(why_proposed(proposal, quote_request, course=course, currency=currency)),
    )


def _course(
    clinic: Clinic, quote_request: QuoteRequest, procedures: list[Procedure]
) -> tuple[Procedure | None, Course | None]:
    """Returns the usual course of the first of these procedures on the clinic's price list, and which it is."""
    listed = {price.procedure_id: price for price in clinic.prices}
    procedure = next((each for each in procedures if each.id in listed), None)
    if procedure is None:
        return None, None
    trips = trips_abroad(quote_request, country=clinic.country)
    journey = Journey(home_of(quote_request), clinic.country, currency_of(quote_request), trips)
    return procedure, usual_courses([(listed[procedure.id], procedure.facts)], journey)[0]


def _unchecked(clinic: Clinic) -> str:
    today = clock.today()
    kinds = [str(CHECK_KINDS.patient[check.kind]) for check in clinic.checks if not check.in_date(today)]
    return format_list(kinds, locale=get_locale() or "en") if kinds else ""
