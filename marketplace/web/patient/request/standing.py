"""How a request stands for its patient: its clinics and quotes, what is unread, and the clinics by what they need."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from marketplace.foundation import clock
from marketplace.leads.states import AWAITING, LeadState
from marketplace.leads.status_texts import tally_text
from marketplace.quote_requests.states import TAKES_QUOTES, RequestState
from marketplace.quotes.queries import can_be_chosen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from marketplace.aftercare.models import CheckIn
    from marketplace.leads.models import Lead
    from marketplace.quote_requests.models import QuoteRequest
    from marketplace.quotes.models import Quote
    from marketplace.quotes.request_quotes import RequestQuotes


@dataclass(frozen=True)
class Standing:
    """A request with its leads, the quotes sent to it, unread messages, what changed about clinics, and check-ins."""

    quote_request: QuoteRequest
    leads: Sequence[Lead]
    asked: RequestQuotes
    unread: Mapping[UUID, int]
    news: Mapping[UUID, list[str]]
    check_ins: Sequence[CheckIn] = ()
    first_session_on: date | None = None
    sign_week: int | None = None  # of the last answered check-in, where it is a sign to have looked at
    has_closed_answer: bool = False  # to a check-in, which this browser may not show

    def in_state(self, *states: LeadState) -> list[Lead]:
        """Returns the leads in one of these states."""
        return [lead for lead in self.leads if lead.state in states]

    @property
    def quotes(self) -> Sequence[Quote]:
        """Returns the quotes that the patient may compare, in the order they came."""
        return self.asked.quotes

    @property
    def to_choose(self) -> list[Quote]:
        """Returns the quotes that can be chosen."""
        return [quote for quote in self.quotes if can_be_chosen(quote)]

    @property
    def is_treated(self) -> bool:
        """Returns whether the day of the first session has come."""
        return self.first_session_on is not None and self.first_session_on <= clock.today()

    def page(self, below: str = "") -> str:
        """Returns the address of the request's page, or of one below it."""
        return url_for("patient.show_request", ref=self.quote_request.ref) + (f"/{below}" if below else "")

    def answer_page(self, step: str) -> str:
        """Returns the address where the answer to a question is changed."""
        return self.page(f"answers/{step}")


# The sections of the page, what waits for the patient first, and which leads stand in each.
NEEDS: tuple[tuple[str, LazyString, tuple[LeadState, ...]], ...] = (
    ("you", _l("Waiting for you"), (LeadState.ASKED,)),
    ("chosen", _l("The clinic you chose"), (LeadState.WON,)),
    ("quotes", _l("Quotes"), (LeadState.QUOTED,)),
    ("waiting", _l("Waiting for the clinic"), AWAITING),
    ("late", _l("No quote in time"), (LeadState.EXPIRED,)),
    ("stopped", _l("Cannot go on for now"), (LeadState.FROZEN,)),
    ("over", _l("Over"), (LeadState.DECLINED, LeadState.LOST, LeadState.REVOKED)),
)
NOT_CHOSEN = _l("Not chosen")  # instead of "Over", where another clinic was


@dataclass(frozen=True)
class Section:
    """The clinics with one need, under its title."""

    id: str
    title: LazyString
    leads: list[Lead]


def sections(standing: Standing, compared: Sequence[UUID] = ()) -> list[Section]:
    """Returns the leads by what they need, without empty sections; what is unread waits for the patient.

    Of one need, those that asked stand first, then those with a quote in the order of the `compared` leads.
    """
    place = {lead_id: number for number, lead_id in enumerate(compared)}
    leads = sorted(standing.leads, key=lambda lead: (lead.state != LeadState.ASKED, place.get(lead.id, len(place))))
    has_chosen = bool(standing.in_state(LeadState.WON))
    to_read = {lead.id for lead in standing.leads if standing.unread.get(lead.id) and lead.state != LeadState.WON}
    found = [
        Section(
            id_,
            NOT_CHOSEN if has_chosen and id_ == "over" else title,
            [lead for lead in leads if (id_ == "you" if lead.id in to_read else lead.state in states)],
        )
        for id_, title, states in NEEDS
    ]
    return [section for section in found if section.leads]


def tally(standing: Standing, *, said: Collection[LeadState]) -> list[str]:
    """Returns how many clinics stand how, without the states already `said`; empty unless quotes are taken.

    In a pause no time runs and nothing can be chosen, so those counts are left out.
    """
    if standing.quote_request.state not in TAKES_QUOTES:
        return []
    is_paused = standing.quote_request.state == RequestState.PAUSED
    told = {*said, *((*AWAITING, LeadState.QUOTED) if is_paused else ())}
    return tally_text(lead for lead in standing.leads if lead.state not in told)
