"""No clinic's clock runs while it cannot answer, or has."""

from datetime import timedelta

import pytest

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads import clocks, request_actions
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.quotes import choosing
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.pending import release_due
from tests.factories import Make, build_clinic, build_quote, build_request, terms


def two_leads() -> tuple[Lead, Lead]:
    request = build_request(build_clinic("Clinic Lale"), build_clinic("Clinic Nar"))
    one, two = db.session.query(Lead).filter_by(request_id=request.id).order_by(Lead.id)
    return one, two


def test_while_another_was_chosen_it_stood(app: object, db_session: object) -> None:
    chosen, other = two_leads()
    began, due = other.new_at, other.due_at
    quote = build_quote(chosen)
    with clock.set_to(began + timedelta(hours=10)):
        choosing.choose(quote)
    with clock.set_to(began + timedelta(hours=57)):
        choosing.undo_choice(chosen.request)
        assert clocks.expire_due(clock.now()) == 0
    assert (other.state, other.new_at) == (LeadState.NEW, began)
    assert other.due_at - due == pytest.approx(timedelta(hours=47), abs=timedelta(minutes=1))


def test_a_quote_that_is_held_was_in_time(make_lead: Make) -> None:
    lead = make_lead()
    late = lead.due_at - timedelta(minutes=1)
    with clock.set_to(late):
        quote = submit_quote(lead, terms(lead))
    with clock.set_to(quote.held_until):
        assert clocks.expire_due(clock.now()) == 0
        release_due(clock.now())
    assert lead.state == LeadState.QUOTED


def test_what_a_clinic_had_to_do_ends_with_the_request(make_lead: Make) -> None:
    lead = make_lead()
    request_actions.pause(lead.request)
    assert request_actions.expire_due(lead.request.open_at + timedelta(days=91)) == 1
    assert lead.state == LeadState.LOST


def test_silence_shows_in_the_reply_time(make_lead: Make) -> None:
    lead = make_lead()
    lead.clinic.reply_minutes = 60
    for number in range(5):
        other = make_lead(lead.clinic, email=f"p{number}@patient.example")
        other.due_at = clock.now()
    assert clocks.expire_due(clock.now()) == 5
    assert lead.clinic.reply_minutes is None
