"""Changing an answer after sending: who is told, which quotes were given before, and the person's own data."""

import io
import json
import zipfile
from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.leads.models import Lead
from marketplace.quote_requests.queries import answers
from marketplace.quotes.models import Quote
from tests.factories import Make
from tests.reading import words
from tests.web.patient.test_request_pages import opened

MARK = "Given before you changed: trips"


def changed(client: Any, base: str, step: str, **typed: Any) -> str:
    page = client.get(f"{base}/answers/{step}").page
    answer = client.post(f"{base}/answers/{step}", data=page.fields() | typed)
    assert answer.status_code == 303, words(answer.page.one("main"))
    return words(client.get(base).page.one("body"))


@pytest.fixture
def quote(make_quote: Make, make_lead: Make) -> Quote:
    lead: Lead = make_lead(questions=["Does it hurt?"])
    given: Quote = make_quote(lead, answers=("A little",))
    return given


def test_it_is_said_who_is_told(client: Any, quote: Quote) -> None:
    page = changed(client, opened(client, quote.lead.request), "when", trips="1")
    assert "Your answer is changed. Within minutes an email tells: Clinic Lale" in page
    assert "You changed trips" in page
    assert "Clinic Lale : is told by email within minutes" in page.replace("Lale:", "Lale :")


def test_a_hidden_answer_is_told_to_nobody(client: Any, quote: Quote) -> None:
    page = changed(client, opened(client, quote.lead.request), "you", phone="+44 20 7946 0958")
    assert "No clinic has this answer, so none is told" in page


def test_quotes_given_before_are_marked_until_a_new_one(client: Any, quote: Quote, make_quote: Make) -> None:
    base = opened(client, quote.lead.request)
    pages = [base, f"{base}/quotes/{quote.number}", f"{base}/compare"]
    assert not any("Given before" in client.get(path).page.text for path in pages)
    changed(client, base, "when", trips="1")
    assert all(MARK in client.get(path).page.text for path in pages)
    newer = make_quote(quote.lead)
    db.session.commit()
    pages[1] = f"{base}/quotes/{newer.number}"
    assert not any("Given before" in client.get(path).page.text for path in pages)


def test_the_way_to_change_an_answer_stands_beside_its_value(client: Any, quote: Quote) -> None:
    page = client.get(opened(client, quote.lead.request)).page
    values = [
        words(value) for value in page.all("dd") if any("/answers/" in a.get("href", "") for a in value.iter("a"))
    ]
    assert "In 1 to 3 months Change When" in values


def test_an_unchanged_answer_marks_nothing(client: Any, quote: Quote) -> None:
    base = opened(client, quote.lead.request)
    assert "Nothing was changed" in changed(client, base, "when")
    assert "Given before" not in client.get(base).page.text


def test_the_person_changes_all_but_the_address(client: Any, quote: Quote) -> None:
    request = quote.lead.request
    base = opened(client, request)
    page = client.get(f"{base}/answers/you").page
    assert "email" not in page.fields()
    assert "/my/link" in {link.get("href") for link in page.one("main").iter("a")}
    typed = {"name": "Anna", "languages": ["de", "en"], "phone": "+44 20 7946 0958", "questions": "How long?\nWhere?"}
    changed(client, base, "you", **typed, email="other@patient.example")
    db.session.expire_all()
    said = answers(request)
    assert (said.name, said.phone, said.email) == ("Anna", "+442079460958", "ana@patient.example")
    assert (said.questions, sorted(request.languages)) == (("How long?", "Where?"), ["de", "en"])


def test_old_answers_stand_beside_no_new_question(client: Any, quote: Quote) -> None:
    base = opened(client, quote.lead.request)
    assert "Does it hurt?" in client.get(f"{base}/quotes/{quote.number}").page.text
    changed(client, base, "you", questions="How long?")
    text = client.get(f"{base}/quotes/{quote.number}").page.text
    assert "Answers to your earlier questions" in text
    assert "A little" in text
    assert "How long?" not in text


def test_a_name_that_reaches_its_person_is_refused(client: Any, quote: Quote) -> None:
    path = opened(client, quote.lead.request) + "/answers/you"
    refused = client.post(path, data=client.get(path).page.fields() | {"name": "ana@patient.example"})
    assert refused.status_code == 422
    assert refused.page.fields()["name"] == ["ana@patient.example"]


def test_the_download_names_what_was_changed(client: Any, quote: Quote) -> None:
    base = opened(client, quote.lead.request)
    changed(client, base, "when", trips="1")
    with zipfile.ZipFile(io.BytesIO(client.get(f"{base}/export").data)) as archive:
        content = json.loads(archive.read("request.json"))
    named = [event.get("answer") for event in content["history"] if event["what"] == "RequestChanged"]
    assert (named, content["quotes"][0]["given_before_changes_of"]) == (["trips"], ["trips"])
