"""The first quote is told at once; later ones share an email."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.mail import quote_notifications
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.models import QUOTE, Quote
from marketplace.quotes.states import QuoteState
from tests.factories import build_clinic, stored_lead, stored_quote, stored_request
from tests.outbox import emails, event_of, jobs_of, text_of

GROUP = timedelta(seconds=7200)


@pytest.fixture
def request_(app: Flask) -> QuoteRequest:
    """An open request."""
    return stored_request()


def quoted(request: QuoteRequest, name: str) -> Lead:
    return stored_lead(request, build_clinic(name), state=LeadState.QUOTED)


def test_the_first_quote_is_told_at_once(request_: QuoteRequest) -> None:
    quote = stored_quote(quoted(request_, "First"))
    quote_notifications.send_or_reschedule(request_.id)
    (email,) = emails("quotes_arrived")
    assert email.subject == "You have 1 new quote"
    assert quote.mailed_at == request_.quotes_mailed_at


def test_later_ones_make_one_appointment(request_: QuoteRequest) -> None:
    stored_quote(quoted(request_, "First"))
    quote_notifications.send_or_reschedule(request_.id)
    for number in (2, 3):
        stored_quote(quoted(request_, f"Clinic {number}"), number=number)
        quote_notifications.send_or_reschedule(request_.id)
    (job,) = jobs_of("mail.quote_news", request_id=request_.id)
    assert job.scheduled_at == request_.quotes_mailed_at + GROUP
    assert len(emails("quotes_arrived")) == 1


def test_the_appointment_tells_of_all_of_them(request_: QuoteRequest) -> None:
    stored_quote(quoted(request_, "First"))
    quote_notifications.send_or_reschedule(request_.id)
    for number, name in ((2, "Second"), (3, "Third")):
        stored_quote(quoted(request_, name), number=number)
    with clock.set_to(clock.now() + GROUP + timedelta(seconds=1)):
        quote_notifications.send_or_reschedule(request_.id)
    email = emails("quotes_arrived")[1]
    assert email.subject == "You have 2 new quotes"
    assert "First" not in text_of(email)
    assert "- Second, Istanbul, Türkiye. Stands until" in text_of(email)


def revise(request: QuoteRequest, lead: Lead, *, number: int, **changes: object) -> Quote:
    """A version that takes the place of the one before, and the email of it, when that may go."""
    earlier = db.session.scalars(select(Quote).where(Quote.lead_id == lead.id, Quote.state == QuoteState.SENT)).one()
    QUOTE.move(earlier, QuoteState.SUPERSEDED)
    quote = stored_quote(lead, number=number, version=number, **changes)
    with clock.set_to(clock.now() + GROUP + timedelta(seconds=1)):
        quote_notifications.send_or_reschedule(request.id)
    return quote


def test_one_quote_leads_to_itself(request_: QuoteRequest) -> None:
    stored_quote(quoted(request_, "First"))
    quote_notifications.send_or_reschedule(request_.id)
    (email,) = emails("quotes_arrived")
    assert email.link_path == "quotes/1"
    assert "Read the quote:" in text_of(email)
    assert "side by side" not in text_of(email)


def test_a_changed_quote_is_called_so_with_what_is_different(request_: QuoteRequest) -> None:
    lead = quoted(request_, "Clinic Lale")
    stored_quote(lead)
    quote_notifications.send_or_reschedule(request_.id)
    revise(request_, lead, number=2, price_per_session=15000, total=60000, trips=4)
    email = emails("quotes_arrived")[1]
    assert (email.subject, email.link_path) == ("A clinic changed its quote", "quotes/2")
    said = " ".join(text_of(email).split())
    assert "Clinic Lale changed its quote The earlier quote no longer stands." in said
    assert "Changed: the price, sessions and trips. Stands until" in said
    assert "Read the quote:" in said
    assert "150" not in said


def test_what_was_replaced_before_anybody_heard_of_it_is_no_change(request_: QuoteRequest) -> None:
    lead = quoted(request_, "Clinic Lale")
    stored_quote(lead)
    revise(request_, lead, number=2, trips=4)
    (email,) = emails("quotes_arrived")
    assert email.subject == "You have 1 new quote"


def test_new_and_changed_ones_share_an_email(request_: QuoteRequest) -> None:
    lead = quoted(request_, "Clinic Lale")
    stored_quote(lead)
    quote_notifications.send_or_reschedule(request_.id)
    stored_quote(quoted(request_, "Second"), number=2)
    revise(request_, lead, number=3, valid_until=clock.today() + timedelta(days=60))
    email = emails("quotes_arrived")[1]
    assert (email.subject, email.link_path) == ("You have 2 new or changed quotes", "compare")
    said = " ".join(text_of(email).split())
    assert "- Second, Istanbul, Türkiye. Stands until" in said
    assert "- Clinic Lale, Istanbul, Türkiye. Changed: dates. Stands until" in said
    assert "Compare quotes:" in said


def test_nothing_is_told_twice(request_: QuoteRequest) -> None:
    stored_quote(quoted(request_, "First"))
    for hours in (0, 3, 6):
        with clock.set_to(clock.now() + timedelta(hours=hours)):
            quote_notifications.send_or_reschedule(request_.id)
    assert len(emails("quotes_arrived")) == 1


def test_a_withdrawn_quote_is_not_told(request_: QuoteRequest) -> None:
    stored_quote(quoted(request_, "First"), state=QuoteState.WITHDRAWN, withdrawn_at=clock.now())
    quote_notifications.send_or_reschedule(request_.id)
    assert emails() == []


def test_a_closed_request_is_left_alone(app: Flask) -> None:
    request = stored_request(RequestState.CLOSED)
    stored_quote(quoted(request, "First"))
    quote_notifications.send_or_reschedule(request.id)
    assert emails() == []


def test_each_sent_quote_asks_for_a_look(request_: QuoteRequest) -> None:
    for _ in range(2):
        quote_notifications.schedule(event_of(request_))
    assert len(jobs_of("mail.quote_news", request_id=request_.id)) == 2


def test_a_lost_job_is_noticed(request_: QuoteRequest) -> None:
    stored_quote(quoted(request_, "First"))
    assert quote_notifications.sweep_unnotified(clock.now()) == 0
    assert quote_notifications.sweep_unnotified(clock.now() + GROUP + timedelta(minutes=16)) == 1
    assert len(jobs_of("mail.quote_news", request_id=request_.id)) == 1
