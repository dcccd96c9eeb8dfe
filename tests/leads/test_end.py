"""Pausing, closing and taking back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import WrongState
from marketplace.leads.clocks import expire_due
from marketplace.leads.consent import standing_purposes
from marketplace.leads.models import Lead
from marketplace.leads.request_actions import close, delete_request, pause, reopen
from marketplace.leads.states import LeadState
from marketplace.quote_requests.queries import consents
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.choosing import choose
from marketplace.quotes.states import QuoteState
from tests.factories import Make


def lead_of(request: object) -> Lead:
    return db.session.scalars(select(Lead).where(Lead.request_id == request.id)).one()  # type: ignore[attr-defined]


def test_while_paused_no_clock_runs(make_request: Make) -> None:
    request = make_request()
    due = lead_of(request).due_at
    pause(request)
    assert expire_due(due + timedelta(days=1)) == 0


def test_reopened_the_clock_has_stood(make_request: Make) -> None:
    request = make_request()
    due = lead_of(request).due_at
    pause(request)
    with clock.set_to(clock.now() + timedelta(days=3)):
        reopen(request)
    assert lead_of(request).due_at - due >= timedelta(days=3)


def test_closed_ends_the_leads(make_request: Make) -> None:
    request = make_request()
    close(request)
    assert lead_of(request).state == LeadState.LOST
    with pytest.raises(WrongState):
        reopen(request)


def test_taken_back_tells_every_clinic_to_delete(make_request: Make) -> None:
    request = make_request()
    delete_request(request)
    assert (request.state, lead_of(request).state) == (RequestState.WITHDRAWN, LeadState.REVOKED)
    assert not any(standing_purposes(request).values())
    assert {row.act for row in consents(request)[2:]} == {"revoked"}


def test_opening_again_is_no_way_out_of_a_choice(make_quote: Make) -> None:
    quote = make_quote()
    choose(quote)
    with pytest.raises(WrongState):
        reopen(quote.lead.request)
    assert (quote.lead.request.state, quote.state) == (RequestState.CHOSEN, QuoteState.CHOSEN)
