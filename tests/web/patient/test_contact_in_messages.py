"""A message that gives contact details away is pointed out before it goes, and goes when its author says so."""

from typing import Any

import pytest

from marketplace.leads.messages import messages
from marketplace.leads.models import Lead
from marketplace.quotes import choosing
from tests.factories import Make
from tests.reading import words
from tests.web.patient.test_request_pages import opened

TYPED = "Friday suits me. My number is +44 7700 900123."


def thread(client: Any, lead: Lead) -> str:
    return f"{opened(client, lead.request)}/messages/{lead.clinic.slug}"


def sent(client: Any, lead: Lead, body: str) -> Any:
    """Opens the thread, types a message and presses Send."""
    key = client.get(path := thread(client, lead)).page.one("input", name="idem").get("value")
    return client.post(path, data={"body": body, "idem": key})


@pytest.fixture
def lead(make_lead: Make) -> Lead:
    found: Lead = make_lead()
    return found


def test_it_is_said_first_and_nothing_is_sent(client: Any, lead: Lead) -> None:
    answer = sent(client, lead, TYPED)
    assert answer.status_code == 422
    assert "Before you send it" in answer.page.text
    assert words(answer.page.one("q")) == "My number is +44 7700 900123."
    assert words(answer.page.one("textarea", id="body")) == TYPED
    assert "Send the changed message" in answer.page.text
    assert messages(lead) == []


def test_it_goes_as_it_is_when_that_is_chosen(client: Any, lead: Lead) -> None:
    key = sent(client, lead, TYPED).page.one("input", name="idem").get("value")
    assert client.post(thread(client, lead), data={"body": TYPED, "idem": key, "as_it_is": "y"}).status_code == 303
    assert [message.body for message in messages(lead)] == [TYPED]


def test_what_gives_nothing_away_goes_at_once(client: Any, lead: Lead) -> None:
    body = "Is it 1,200 GBP for 4 sessions from 12.02.2027, 10:00?"
    assert sent(client, lead, body).status_code == 303


def test_the_clinic_that_was_chosen_has_them_already(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    choosing.choose(quote)
    assert sent(client, quote.lead, TYPED).status_code == 303
