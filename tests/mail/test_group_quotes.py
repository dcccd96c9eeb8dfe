"""The first quote is told at once; later ones share an email."""

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.mail import quote_news
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.states import QuoteState
from tests.mail.things import a_clinic, a_lead, a_quote, a_request, emails, event_of, jobs_of, text_of

GROUP = timedelta(seconds=7200)


@pytest.fixture
def request_(app: Flask) -> QuoteRequest:
    """An open request."""
    return a_request()


def quoted(request: QuoteRequest, name: str) -> Lead:
    return a_lead(request, a_clinic(name), state=LeadState.QUOTED)


def test_the_first_quote_is_told_at_once(request_: QuoteRequest) -> None:
    quote = a_quote(quoted(request_, "First"))
    quote_news.tell_now_or_later(request_.id)
    (email,) = emails("quotes_arrived")
    assert email.subject == "You have 1 new quote"
    assert quote.mailed_at == request_.quotes_mailed_at


def test_later_ones_make_one_appointment(request_: QuoteRequest) -> None:
    a_quote(quoted(request_, "First"))
    quote_news.tell_now_or_later(request_.id)
    for number in (2, 3):
        a_quote(quoted(request_, f"Clinic {number}"), number=number)
        quote_news.tell_now_or_later(request_.id)
    (job,) = jobs_of("mail.quote_news", request_id=request_.id)
    assert job.scheduled_at == request_.quotes_mailed_at + GROUP
    assert len(emails("quotes_arrived")) == 1


def test_the_appointment_tells_of_all_of_them(request_: QuoteRequest) -> None:
    a_quote(quoted(request_, "First"))
    quote_news.tell_now_or_later(request_.id)
    for number, name in ((2, "Second"), (3, "Third")):
        a_quote(quoted(request_, name), number=number)
    with clock.set_to(clock.now() + GROUP + timedelta(seconds=1)):
        quote_news.tell_now_or_later(request_.id)
    email = emails("quotes_arrived")[1]
    assert email.subject == "You have 2 new quotes"
    assert "First" not in text_of(email)
    assert "- Second, Istanbul, Türkiye. Stands until" in text_of(email)


def test_nothing_is_told_twice(request_: QuoteRequest) -> None:
    a_quote(quoted(request_, "First"))
    for hours in (0, 3, 6):
        with clock.set_to(clock.now() + timedelta(hours=hours)):
            quote_news.tell_now_or_later(request_.id)
    assert len(emails("quotes_arrived")) == 1


def test_a_withdrawn_quote_is_not_told(request_: QuoteRequest) -> None:
    a_quote(quoted(request_, "First"), state=QuoteState.WITHDRAWN, withdrawn_at=clock.now())
    quote_news.tell_now_or_later(request_.id)
    assert emails() == []


def test_a_closed_request_is_left_alone(app: Flask) -> None:
    request = a_request(RequestState.CLOSED)
    a_quote(quoted(request, "First"))
    quote_news.tell_now_or_later(request.id)
    assert emails() == []


def test_each_sent_quote_asks_for_a_look(request_: QuoteRequest) -> None:
    for _ in range(2):
        quote_news.announce(event_of(request_))
    assert len(jobs_of("mail.quote_news", request_id=request_.id)) == 2


def test_a_lost_job_is_noticed(request_: QuoteRequest) -> None:
    a_quote(quoted(request_, "First"))
    assert quote_news.sweep_untold(clock.now()) == 0
    assert quote_news.sweep_untold(clock.now() + GROUP + timedelta(minutes=16)) == 1
    assert len(jobs_of("mail.quote_news", request_id=request_.id)) == 1
