"""Checks a quote's plan of trips against its own spacing and the trips the patient has."""

from typing import Protocol

from marketplace.catalogue.models import Procedure
from marketplace.catalogue.trip_plans import MAX_SESSIONS, Checked, Plan, check, proposed
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.models import Quote

MAX_NIGHTS = 60  # a trip
AT_HOME = 0  # nights of who lives in the clinic's country


class Planned(Protocol):
    """The fields of a quote that make its plan."""

    @property
    def sessions(self) -> int: ...

    @property
    def trips(self) -> int: ...

    @property
    def nights_per_trip(self) -> int: ...

    @property
    def session_gap_weeks(self) -> int | None: ...


def min_gap(procedure: Procedure) -> int:
    """Returns the shortest spacing of sessions in the content, in weeks; it stands in where a quote states none."""
    return int(procedure.facts["spacing_weeks"][0])


def max_trips(request: QuoteRequest) -> int | None:
    """Returns how many trips the patient has; None means no limit ("not sure", or "3 or more")."""
    return int(request.trips) if request.trips in {"1", "2"} else None


def checked(terms: Planned, procedure: Procedure, *, request: QuoteRequest, country: str) -> Checked:
    """Checks the plan of a quote from a clinic in `country`."""
    shortest = min_gap(procedure)
    return check(
        Plan(terms.sessions, terms.session_gap_weeks or shortest, terms.trips, terms.nights_per_trip),
        min_gap=shortest,
        max_trips=max_trips(request),
        abroad=country != request.home_country,
    )


def checked_quote(quote: Quote) -> Checked:
    """Checks the plan of a stored quote."""
    lead = quote.lead
    return checked(quote, quote.procedure, request=lead.request, country=lead.clinic.country)


def trips_abroad(request: QuoteRequest, *, country: str) -> int | None:
    """Returns how many trips the patient has to a clinic in `country`; None means no limit."""
    return None if country == request.home_country else max_trips(request)


def usual(sessions: int, *, gap: int, request: QuoteRequest, country: str) -> Plan:
    """Returns the plan a new quote starts from: feasible, and within the patient's trips where nights allow."""
    if country == request.home_country:
        return Plan(sessions, gap, sessions, AT_HOME)
    return proposed(min(sessions, MAX_SESSIONS), gap=gap, max_trips=max_trips(request), max_nights=MAX_NIGHTS)
