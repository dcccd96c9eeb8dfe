"""What cannot be done as things stand: the page says how they stand, not that somebody changed something."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.queries import leads_of
from marketplace.leads.request_actions import close, pause
from marketplace.quotes import ending, stopping
from marketplace.quotes.choosing import choose, settle_due
from tests.factories import Make
from tests.web.patient.test_request_pages import opened


def says(answer: Any, heading: str, base: str) -> None:
    """Refused, under this heading, with the way back."""
    assert (answer.status_code, answer.page.h1) == (409, heading)
    assert "Someone changed" not in answer.text
    assert answer.page.one("a", class_="btn", href=base) is not None


@pytest.mark.parametrize("verb", ["close", "pause", "answers/when"])
def test_a_closed_request(client: Any, make_request: Make, verb: str) -> None:
    request = make_request()
    base = opened(client, request)
    fields = client.get(f"{base}/answers/when").page.fields()
    close(request)
    db.session.commit()
    says(client.post(f"{base}/{verb}", data=fields), "Your request is closed", base)


def test_undo_too_late(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    choose(quote)
    db.session.commit()
    with clock.set_to(clock.now() + timedelta(hours=49)):
        says(client.post(f"{base}/quotes/1/undo"), "This cannot be undone any more", base)


def test_undo_of_no_choice(client: Any, make_quote: Make) -> None:
    base = opened(client, make_quote().lead.request)
    says(client.post(f"{base}/quotes/1/undo"), "Your request is open", base)


def test_undo_of_a_choice_that_is_another_by_now(
    client: Any, make_clinic: Make, make_request: Make, make_quote: Make
) -> None:
    request = make_request(make_clinic(), make_clinic("Clinic Nar"))
    quotes = [make_quote(lead) for lead in leads_of(request)]
    base = opened(client, request)
    choose(quotes[1])
    db.session.commit()
    says(client.post(f"{base}/quotes/1/undo"), "You have chosen a clinic", base)
    assert client.post(f"{base}/quotes/2/undo").status_code == 303


def test_closing_once_the_choice_has_settled(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    choose(quote)
    with clock.set_to(clock.now() + timedelta(hours=49)):
        settle_due(clock.now())
        base = opened(client, quote.lead.request)
        says(client.get(f"{base}/close"), "You have chosen a clinic", base)
        says(client.post(f"{base}/close"), "You have chosen a clinic", base)


def test_the_page_that_chooses_once_one_is_chosen(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    choose(quote)
    db.session.commit()
    says(client.get(f"{base}/quotes/1/choose"), "You have chosen a clinic", base)


def test_adding_clinics_while_it_is_paused(client: Any, make_request: Make) -> None:
    request = make_request()
    base = opened(client, request)
    pause(request)
    db.session.commit()
    says(client.get(f"{base}/clinics"), "Your request is paused", base)


@pytest.mark.parametrize("verb", ["pause", "close"])
def test_pausing_and_closing_once_a_clinic_is_chosen(client: Any, make_quote: Make, verb: str) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    choose(quote)
    db.session.commit()
    says(client.post(f"{base}/{verb}"), "You have chosen a clinic", base)


@pytest.mark.parametrize("ended", [True, False])
def test_a_quote_that_expired(client: Any, make_quote: Make, ended: bool) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    fields = client.get(f"{base}/quotes/1/choose").page.fields()
    with clock.set_to(clock.now() + timedelta(days=31)):
        opened(client, quote.lead.request)
        if ended:
            ending.expire_due(clock.now())
            db.session.commit()
        answer = client.post(f"{base}/quotes/1/choose", data=fields)
        says(answer, "This quote is not open any more", base)
        assert "Ask the clinic for a new one" in answer.page.text


def test_a_clinic_that_may_not_go_on(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    stopping.suspend(quote.lead.clinic, reasons=["patient_report"], statement="Reports.")
    db.session.commit()
    says(client.get(f"{base}/quotes/1/choose"), "This clinic cannot go on at the moment", base)
