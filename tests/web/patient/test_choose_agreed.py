"""Choosing: the terms that were read are chosen and what was shown is released, or nothing is."""

from typing import Any

import pytest

from marketplace.extensions import db
from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import press
from tests.web.patient.test_request_pages import opened


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        ({"sessions": 5, "total": 60000, "nights_per_trip": 29}, "Total"),
        ({"deposit": 4000}, "Deposit"),
        ({"trips": 4}, "Trips"),
        ({"product": "Another"}, "Treatment and product"),
        ({"practitioner_name": "Dr Nar"}, "Who treats you"),
        ({"message": "It takes longer"}, "the clinic's message"),
    ],
)
def test_a_revised_quote_is_shown_before_it_is_chosen(
    client: Any, make_quote: Make, change: dict[str, Any], mark: str
) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    read = client.get(f"{base}/quotes/1/choose").page.fields()
    make_quote(quote.lead, **change)
    db.session.commit()
    refused = client.post(f"{base}/quotes/1/choose", data=read)
    assert refused.status_code == 409
    assert mark in words(refused.page.one("div", role="alert"))
    assert "You chose" not in client.get(base).page.text
    assert client.post(f"{base}/quotes/2/choose", data=refused.page.fields()).status_code == 303


def test_a_revision_that_changes_nothing_stops_nobody(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    read = client.get(f"{base}/quotes/1/choose").page.fields()
    make_quote(quote.lead)
    db.session.commit()
    assert client.post(f"{base}/quotes/1/choose", data=read).status_code == 303


@pytest.mark.parametrize("data", [{}, {"shown": ""}, {"shown": "total=1"}])
def test_a_form_that_does_not_say_what_it_showed_chooses_nothing(
    client: Any, make_quote: Make, data: dict[str, str]
) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    assert client.post(f"{base}/quotes/1/choose", data=data).status_code == 409
    assert "You chose" not in client.get(base).page.text


def test_a_second_choice_is_told_that_there_was_one(client: Any, make_quote: Make) -> None:
    base = opened(client, make_quote().lead.request)
    read = client.get(f"{base}/quotes/1/choose").page.fields()
    assert press(client, f"{base}/quotes/1/choose").status_code == 303
    again = client.post(f"{base}/quotes/1/choose", data=read)
    assert again.status_code == 409
    assert "You have chosen a clinic already" in again.page.text
