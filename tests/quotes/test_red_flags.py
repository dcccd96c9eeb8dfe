"""What in a quote is pointed out to its patient, one rule at a time, and by what the columns are sorted."""

from typing import Any

import pytest

from marketplace.quotes.comparison_table import ORDERS, build_comparison_table
from marketplace.quotes.flags import Confirmed
from marketplace.quotes.models import Quote
from marketplace.quotes.red_flags import RED_FLAGS
from marketplace.quotes.request_quotes import request_quotes
from marketplace.quotes.states import PriceReason
from marketplace.web.patient.request.compare import ORDERS as OFFERED
from marketplace.words.quote import RED_FLAG_SOURCES
from tests.factories import Make

COMPLETE = {
    "practitioner_name": "Dr Ayşe Demir",
    "product": "NCTF 135 HA",
    "deposit": 0,
    "if_something_goes_wrong": "A free review visit",
    "price_may_change_by": 0,
}


def flags(quote: Quote) -> list[str]:
    (column,) = build_comparison_table(request_quotes(quote.lead.request.ref)).columns
    return [flag.code for flag in column.flags]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"practitioner_name": None}, ["nobody_named"]),
        ({"product": " decided after Consultation"}, ["product_undecided"]),
        ({"deposit": 5000, "refund_if_refused": True}, []),
        ({"deposit": 5000, "refund_if_refused": False}, ["deposit_not_back"]),
        ({"deposit": 5000, "refund_if_refused": None}, ["deposit_unclear"]),
        ({"if_something_goes_wrong": None, "price_may_change_by": None}, ["nothing_if_wrong", "rise_unclear"]),
    ],
)
def test_each_rule_by_itself(make_lead: Make, make_quote: Make, changes: dict[str, Any], expected: list[str]) -> None:
    assert flags(make_quote(make_lead(trips="3"), **{**COMPLETE, **changes})) == expected


def test_a_plan_is_held_to_its_spacing_and_to_the_trips_there_are(make_lead: Make, make_quote: Make) -> None:
    plan = {"trips": 2, "nights_per_trip": 2, "session_gap_weeks": 3, "keep_plan": True, "message": "You live near by."}
    assert flags(make_quote(make_lead(trips="1"), **COMPLETE, **plan)) == ["plan_cannot_be_done", "too_many_trips"]


def test_a_price_far_from_those_of_the_country_is_said(make_lead: Make, make_quote: Make) -> None:
    dear = {"price_per_session": 120000, "total": 480000}
    quote = make_quote(
        make_lead(trips="3"), **COMPLETE, **dear, confirmed=Confirmed(price_reason=PriceReason.LARGER_AREA)
    )
    assert flags(quote) == ["price_unusual"]


def test_every_flag_names_a_source_there_are_words_for_and_every_order_is_offered() -> None:
    assert {flag.source for flag in RED_FLAGS} == set(RED_FLAG_SOURCES)
    assert [value for value, _words in OFFERED] == list(ORDERS)
