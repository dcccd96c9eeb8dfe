"""What happens when: the moments of a request that have passed, and the days that are still to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.aftercare.states import CheckInState
from marketplace.foundation import clock
from marketplace.leads.request_actions import open_until
from marketplace.leads.states import AWAITING, LeadState
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.web.filters import day, moment
from marketplace.web.patient.request.standing import Standing

Moment = date | datetime


@dataclass(frozen=True)
class Milestone:
    """One line: what happens, when in words, and whether it has passed."""

    text: str
    when: Markup
    is_past: bool


def milestones(standing: Standing) -> list[Milestone]:
    """Returns what has happened and what is to come, in the order of time."""
    found = [*_asking(standing), *_choosing(standing), *_afterwards(standing)]
    return [_milestone(text, at) for text, at in sorted(found, key=lambda pair: _at(pair[1]))]


def _asking(standing: Standing) -> Iterator[tuple[str, Moment]]:
    request, quotes = standing.quote_request, standing.quotes
    if request.open_at:
        yield _("Sent"), request.open_at
    if quotes and (first := min((quote.sent_at for quote in quotes if quote.sent_at), default=None)):
        yield _("First quote"), first
    if request.state == RequestState.OPEN:
        for lead in standing.in_state(*AWAITING):
            yield _("Time of %(clinic)s to answer is over", clinic=lead.clinic.name), lead.due_at
    if request.state in TAKES_QUOTES:
        for quote in standing.to_choose:
            yield _("Quote of %(clinic)s ends", clinic=quote.lead.clinic.name), quote.valid_until
        yield _("Your request ends, if you choose nobody"), open_until(request)


def _choosing(standing: Standing) -> Iterator[tuple[str, Moment]]:
    request = standing.quote_request
    for lead in standing.in_state(LeadState.WON):
        if request.chosen_at:
            yield _("You chose %(clinic)s", clinic=lead.clinic.name), request.chosen_at
    if request.state == RequestState.CHOSEN and request.undo_until:
        yield _("You can undo the choice until then"), request.undo_until


def _afterwards(standing: Standing) -> Iterator[tuple[str, Moment]]:
    if standing.first_session_on:
        yield _("First session"), standing.first_session_on
    for check_in in standing.check_ins:
        if check_in.state == CheckInState.ANSWERED and check_in.answered_at:
            yield _("You said how it is, week %(n)s", n=check_in.week), check_in.answered_at
        elif check_in.state == CheckInState.PLANNED:
            yield _("We ask how it is, week %(n)s", n=check_in.week), check_in.due_at.date()
        elif check_in.state == CheckInState.ASKED:
            yield _("We asked how it is, week %(n)s", n=check_in.week), check_in.due_at.date()


def _at(when: Moment) -> datetime:
    return when if isinstance(when, datetime) else datetime.combine(when, time(12), tzinfo=UTC)


def _milestone(text: str, when: Moment) -> Milestone:
    return Milestone(text, moment(when) if isinstance(when, datetime) else day(when), _at(when) <= clock.now())
