"""An answer that is one code of a list: required or optional, and its row for each reader."""

from typing import Any

import pytest
from flask import Flask

from marketplace.quote_requests import drafts
from marketplace.quote_requests.answer_table import CODED_CHOICES, CodedChoice
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.answer_words import coded_answers, coded_rows
from marketplace.web.patient.form import flow
from marketplace.words.request import TRIPS
from tests.factories import Make

TRIPS_ASKED = CODED_CHOICES["trips"]
OPTIONAL = CodedChoice(step="when", codes=TRIPS, question=TRIPS_ASKED.question)


def error_of(monkeypatch: Any, app: Flask, choice: CodedChoice, **sent: str) -> tuple[list[str], bool]:
    """What a form with this choice says of what was sent, and whether it calls the field optional."""
    monkeypatch.setattr(flow, "coded_choices", lambda _step: {"trips": choice})
    asked: type[flow.Question] = type("Asked", (flow.Question,), {"step": "when"})
    with app.test_request_context("/", method="POST", data=sent):
        form = asked()
        form.validate()
        return [str(error) for error in form["trips"].errors], form.coded[0][2]


@pytest.mark.parametrize("sent", [{}, {"trips": ""}, {"trips": "9"}])
def test_only_an_optional_one_may_stay_open(monkeypatch: Any, app: Flask, sent: dict[str, str]) -> None:
    assert error_of(monkeypatch, app, TRIPS_ASKED, **sent) == ([str(TRIPS_ASKED.missing)], False)
    assert error_of(monkeypatch, app, OPTIONAL, **sent) == ([], True)


def test_a_step_without_its_required_one_is_missing(make_draft: Make) -> None:
    draft = make_draft()
    assert drafts.first_missing(draft) != "when"
    draft.trips = None
    assert drafts.first_missing(draft) == "when"


def test_what_was_left_open_is_no_row_for_a_clinic(app: Flask) -> None:
    request = QuoteRequest(trips=None)
    with app.test_request_context():
        assert coded_rows(request, "clinic") == []
        assert {"key": "Trips", "value": None} in coded_rows(request, "patient")
        request.trips = "3"
        for audience in ("form", "patient", "clinic"):
            texts = {each.name: str(each.text) for each in coded_answers(request, audience)}
            assert texts["trips"] == "3 trips or more"
