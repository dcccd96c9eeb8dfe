"""What of a request belongs into a calendar: until when clinics answer, quotes end, sessions, trips and check-ins.

Nothing says what it is about: no treatment, no clinic, no health, unless its person wants the names in it.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from flask_babel import gettext as _

from marketplace.aftercare import plans
from marketplace.aftercare.check_ins import check_ins_of
from marketplace.aftercare.models import AftercarePlan
from marketplace.aftercare.states import CheckInState, PlanState
from marketplace.extensions import db
from marketplace.foundation.values.calendar_file import Entry
from marketplace.leads.queries import leads_of
from marketplace.leads.states import AWAITING
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import sent_quotes
from marketplace.quotes.states import QuoteState

DOMAIN = "requests"


def entries(request: QuoteRequest, *, with_names: bool) -> list[Entry]:
    """Returns the entries in no particular order; `with_names` adds treatment and clinic."""
    return [*_due(request, with_names), *_quotes(request, with_names), *_after(request, with_names)]


def _uid(request: QuoteRequest, what: str) -> str:
    return f"{what}.{request.ref}@{DOMAIN}"


def _named(words: str, name: str, *, with_names: bool) -> str:
    return f"{words}: {name}" if with_names else words


def _due(request: QuoteRequest, with_names: bool) -> Iterator[Entry]:
    if request.state != RequestState.OPEN:
        return
    for number, lead in enumerate(leads_of(request), start=1):
        if lead.state in AWAITING:
            words = _named(_("Answer due, %(ref)s", ref=request.ref), lead.clinic.name, with_names=with_names)
            yield Entry(_uid(request, f"due{number}"), words, lead.due_at)


def _quotes(request: QuoteRequest, with_names: bool) -> Iterator[Entry]:
    for quote in sent_quotes(request):
        if quote.state == QuoteState.SENT:
            words = _("Last day of quote %(n)s, %(ref)s", n=quote.number, ref=request.ref)
            name = quote.lead.clinic.name
            yield Entry(
                _uid(request, f"quote{quote.number}"), _named(words, name, with_names=with_names), quote.valid_until
            )


def _after(request: QuoteRequest, with_names: bool) -> Iterator[Entry]:
    quote, plan = plans.chosen_quote(request), db.session.get(AftercarePlan, request.id)
    if quote is None or plan is None or plan.first_session_on is None:
        return
    days = _session_days(quote, plan.first_session_on)
    name = f"{quote.procedure.name}, {quote.lead.clinic.name}"
    for number, day in enumerate(days, start=1):
        words = _("Appointment %(n)s of %(all)s", n=number, all=quote.sessions)
        yield Entry(_uid(request, f"session{number}"), _named(words, name, with_names=with_names), day)
    for number, (first, last) in enumerate(_trips(quote, days), start=1):
        words = _("Trip %(n)s of %(all)s", n=number, all=quote.trips)
        place = quote.lead.clinic.city
        yield Entry(_uid(request, f"trip{number}"), _named(words, place, with_names=with_names), first, until=last)
    if plan.state == PlanState.RUNNING:
        for check_in in check_ins_of(request):
            if check_in.state == CheckInState.PLANNED:
                words = _("We ask you by email, %(ref)s", ref=request.ref)
                yield Entry(_uid(request, f"week{check_in.week}"), words, check_in.due_at)


def _session_days(quote: Quote, first: date) -> list[date]:
    """Returns the days that follow from the spacing of the quote; the first alone where it states none."""
    if quote.session_gap_weeks is None:
        return [first]
    return [first + timedelta(weeks=number * quote.session_gap_weeks) for number in range(quote.sessions)]


def _trips(quote: Quote, days: list[date]) -> list[tuple[date, date]]:
    """Returns first and last day of each trip; none where it is open which sessions one trip has."""
    if len(days) != quote.sessions:
        return []
    if quote.trips == quote.sessions:
        return [(day, day + timedelta(days=quote.nights_per_trip)) for day in days]
    if quote.trips == 1:
        return [(days[0], max(days[-1] + timedelta(days=1), days[0] + timedelta(days=quote.nights_per_trip)))]
    return []
