"""A quote's plan of trips, held against its own spacing and the trips the patient has."""

from typing import Protocol

from marketplace.catalogue.models import Procedure
from marketplace.catalogue.trip_plans import MAX_SESSIONS, Checked, Plan, check, proposed
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.models import Quote

MAX_NIGHTS = 60  # a trip
AT_HOME = 0  # nights of who lives in the clinic's country


class Planned(Protocol):
    """What of a quote makes its plan."""

    @property
    def sessions(self) -> int: ...

    @property
    def trips(self) -> int: ...

    @property
    def nights_per_trip(self) -> int: ...

    @property
    def session_gap_weeks(self) -> int | None: ...


def min_gap(procedure: Procedure) -> int:
    """The shortest spacing of the content, in weeks: what a quote counts as that states none."""
    return int(procedure.facts["spacing_weeks"][0])


def max_trips(request: QuoteRequest) -> int | None:
    """The trips a patient has; none: no limit ("not sure", or "3 or more")."""
    return int(request.trips) if request.trips in {"1", "2"} else None


def checked(terms: Planned, procedure: Procedure, *, request: QuoteRequest, country: str) -> Checked:
    """The plan of a quote from a clinic in `country`."""
    shortest = min_gap(procedure)
    return check(
        Plan(terms.sessions, terms.session_gap_weeks or shortest, terms.trips, terms.nights_per_trip),
        min_gap=shortest,
        max_trips=max_trips(request),
        abroad=country != request.home_country,
    )


def checked_quote(quote: Quote) -> Checked:
    """The plan of a stored quote."""
    lead = quote.lead
    return checked(quote, quote.procedure, request=lead.request, country=lead.clinic.country)


def trips_abroad(request: QuoteRequest, *, country: str) -> int | None:
    """The trips a patient has to a clinic in `country`; none: no limit."""
    return None if country == request.home_country else max_trips(request)


def usual(sessions: int, *, gap: int, request: QuoteRequest, country: str) -> Plan:
    """The plan a quote starts from: it can be done, within the patient's trips where nights allow."""
    if country == request.home_country:
        return Plan(sessions, gap, sessions, AT_HOME)
    return proposed(min(sessions, MAX_SESSIONS), gap=gap, max_trips=max_trips(request), max_nights=MAX_NIGHTS)
