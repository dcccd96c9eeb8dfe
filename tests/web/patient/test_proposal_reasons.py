"""The line that says why a clinic is proposed differs wherever the facts do, and says nothing else."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import assume, given
from hypothesis import strategies as st

from marketplace.extensions import db
from marketplace.leads.proposal import show_proposals
from marketplace.web.patient.clinic_cards import ClinicChoice
from marketplace.web.patient.proposal_reasons import Why, why_text
from tests.factories import Make

HOUR = 60
PLAIN = Why(("en",), None, None, "GBP", None, None, False)
WHYS = st.builds(
    Why,
    languages=st.sampled_from([(), ("de",), ("en",), ("de", "tr"), ("de", "en", "tr")]),
    over_budget=st.sampled_from([None, 0, 100_00, 250_00]),
    price_over_budget=st.sampled_from([None, 0, 30_00]),
    currency=st.just("GBP"),
    reply_minutes=st.sampled_from([None, 45, 2 * HOUR, 9 * HOUR, 30 * HOUR]),
    answers=st.sampled_from([None, 40, 92]),
    nearly_full=st.booleans(),
)


@given(one=WHYS, other=WHYS)
def test_the_reason_differs_where_the_facts_differ(app: Flask, one: Why, other: Why) -> None:
    assume(one != other)
    with app.test_request_context():
        assert why_text(one) != why_text(other)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "speaks English; new here, without reply times yet"),
        (
            {"languages": ("de", "tr"), "over_budget": -1, "reply_minutes": 9 * HOUR, "answers": 92},
            "speaks German and Turkish; within your budget; answers in 9 hours; likely to answer 92 of 100 requests",
        ),
        ({"over_budget": 120_00}, "speaks English; £120 over your budget; new here, without reply times yet"),
        ({"answers": 30}, "speaks English; likely to answer 30 of 100 requests"),
        (
            {"nearly_full": True, "answers": 70, "reply_minutes": 2 * HOUR},
            "speaks English; answers in 2 hours; likely to answer 70 of 100 requests; "
            "nearly full, so it may have no room left when you confirm",
        ),
    ],
)
def test_the_reason_is_made_of_the_facts(app: Flask, facts: dict[str, Any], said: str) -> None:
    with app.test_request_context():
        assert why_text(PLAIN._replace(**facts)).striptags() == said


def reasons(request: Any) -> dict[str, str]:
    cards = ClinicChoice(request, show_proposals(request)).cards
    return {card.clinic.name: str(card.why) for card in cards.values()}


def test_the_budget_is_measured_with_travel_where_it_is_for_everything(
    app: Flask, make_clinic: Make, make_draft: Make
) -> None:
    make_clinic()
    request = make_draft()
    request.budget_amount, request.budget_currency, request.budget_scope = 600_00, "GBP", "treatment"
    db.session.flush()
    with app.test_request_context():
        assert "within your budget without travel" in reasons(request)["Clinic Lale"]
        request.budget_scope = "everything"
        assert "over your budget;" in reasons(request)["Clinic Lale"]


def test_a_total_needs_no_more_trips_than_the_person_has(app: Flask, make_clinic: Make, make_draft: Make) -> None:
    make_clinic()
    request = make_draft()
    with app.test_request_context():
        for trips, plan in (("1", "1 trip of"), ("unknown", "4 trips of 2 nights")):
            request.trips = trips
            (card,) = ClinicChoice(request, show_proposals(request)).cards.values()
            assert card.course is not None
            assert plan in card.course.plan
