"""A quote's course in every plan that can be done, with the patient's own figures, kept from page to page."""

import re
from typing import Any

from tests.factories import Make
from tests.reading import words
from tests.web.patient.test_request_pages import opened


def cards(page: Any) -> list[str]:
    return [words(card) for card in page.all("li", class_="plan")]


def test_the_clinics_own_plan_stands_among_the_others(client: Any, make_lead: Make, make_quote: Make) -> None:
    quote = make_quote(make_lead(), sessions=4, trips=2, nights_per_trip=22, session_gap_weeks=3)
    shown = cards(client.get(opened(client, quote.lead.request) + "/quotes/1").page)
    assert ["The clinic's own plan" in card for card in shown] == [False, True, False]
    assert "4 trips of 2 nights" in shown[0]


def test_a_plan_that_cannot_be_done_is_not_among_them(client: Any, make_lead: Make, make_quote: Make) -> None:
    short = {"trips": 2, "nights_per_trip": 2, "session_gap_weeks": 3}
    quote = make_quote(make_lead(), **short, keep_plan=True, message="You live near by.")
    page = client.get(opened(client, quote.lead.request) + "/quotes/1").page
    assert "Cannot be done in 2 trips of 2 nights" in page.text
    assert not any("own plan" in card or "2 trips of 2 nights" in card for card in cards(page))


def test_what_needs_more_trips_than_the_patient_has_is_marked(client: Any, make_lead: Make, make_quote: Make) -> None:
    lead = make_lead()
    lead.request.trips = "1"
    quote = make_quote(lead, sessions=4, trips=4, nights_per_trip=2, session_gap_weeks=3)
    shown = cards(client.get(opened(client, quote.lead.request) + "/quotes/1").page)
    assert ["More trips than you have" in card for card in shown] == [True, True, False]
    assert ["Lowest total of the plans that fit" in card for card in shown] == [False, False, True]


def test_own_figures_go_from_the_quote_to_the_comparison_and_back(client: Any, make_quote: Make) -> None:
    base = opened(client, make_quote().lead.request)
    page = client.get(f"{base}/quotes/1?fare=100&night=50&own=5000").page
    assert "counted with your own figures" in page.text
    assert "stays below your price at home" in page.text
    for path in ("/compare", "/quotes/1"):
        page = client.get(base + path).page
        assert [page.one("input", name=name).get("value") for name in ("fare", "night", "own")] == ["100", "50", "5000"]


def test_what_cannot_be_used_is_said_beside_its_field(client: Any, make_quote: Make) -> None:
    answer = client.get(opened(client, make_quote().lead.request) + "/quotes/1?fare=x&own=0")
    assert answer.status_code == 200
    assert "enter an amount, like 150" in words(answer.page.one("p", id="fare-error"))
    assert "above 0" in words(answer.page.one("p", id="own-error"))
    assert answer.page.one("input", name="fare").get("value") == "x"


def test_nights_that_the_price_covers_are_said(client: Any, make_lead: Make, make_quote: Make) -> None:
    quote = make_quote(make_lead(), trips=2, nights_per_trip=22, session_gap_weeks=3, included=["hotel"])
    shown = cards(client.get(opened(client, quote.lead.request) + "/quotes/1").page)
    covered = [re.findall(r"(\d+) nights\s*in the price", card) for card in shown]
    assert covered == [["4"], ["44"], ["22"]]  # two nights of each of two trips; its own; one of its two trips


def test_a_total_that_rests_on_many_hotel_nights_says_so(client: Any, make_lead: Make, make_quote: Make) -> None:
    quote = make_quote(make_lead(), trips=2, nights_per_trip=22, session_gap_weeks=3, included=["hotel"])
    base = opened(client, quote.lead.request)
    for path in ("", "/compare", "/quotes/1", "/quotes/1/choose"):
        assert "The price would include 44 hotel nights: get it in writing." in client.get(base + path).page.text
    page = client.get(base + "/quotes/1").page
    assert "Lowest total of the plans that fit, if the hotel is included" in page.text


def test_a_quote_begins_with_the_total_and_the_choice(client: Any, make_quote: Make) -> None:
    page = client.get(opened(client, make_quote().lead.request) + "/quotes/1").page
    assert words(page.all("h2")[0]) == "Total for you"
    assert page.text.index("Choose this clinic") < page.text.index("Total for all sessions")
