"""The plans of a course on the cost page and a country's page: three homes, eight countries each, three courses."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.reading import Page, words
from tests.web.public.test_cost_totals import COST, NAMES, round_rates, totals

__all__ = ["round_rates"]
pytestmark = pytest.mark.usefixtures("round_rates")

# In US dollars: the middle of the guide's range for a session, a night, and the return trip from each home.
MIDDLE = {"US": 900, "GB": 625, "TR": 125, "TH": 165, "MX": 200, "KR": 200, "PL": 140, "IN": 95, "CZ": 140}
NIGHT = {"US": 150, "GB": 130, "TR": 60, "TH": 45, "MX": 60, "KR": 85, "PL": 65, "IN": 40, "CZ": 75}
FARES = {
    "us": {"GB": 680, "TR": 850, "TH": 1200, "MX": 380, "KR": 1150, "PL": 680, "IN": 1050, "CZ": 680},
    "tr": {"US": 850, "GB": 230, "TH": 640, "MX": 1050, "KR": 780, "PL": 230, "IN": 420, "CZ": 230},
    "gb": {"US": 650, "TR": 230, "TH": 780, "MX": 850, "KR": 850, "PL": 150, "IN": 620, "CZ": 150},
}
SHOWN_IN = {"us": ("USD", "$", "1"), "tr": ("USD", "$", "1"), "gb": ("GBP", "£", "0.68")}
# Trips and nights of each: k sessions a trip need (k - 1) x weeks x 7 + 1 nights, a single one needs 2.
PLANS = {
    (4, 3): [(4, 2), (2, 22), (1, 64)],
    (3, 2): [(3, 2), (2, 15), (1, 29)],
    (8, 2): [(8, 2), (4, 15), (3, 29), (2, 43), (1, 99)],
}
COURSES = [(home, sessions, weeks) for home in FARES for sessions, weeks in PLANS]


def by_hand(home: str, country: str, sessions: int, trips: int, nights: int) -> str:
    """Course and travel in dollars, converted and rounded once, as it is written."""
    dollars = sessions * MIDDLE[country] + trips * FARES[home][country] + trips * nights * NIGHT[country]
    _code, sign, rate = SHOWN_IN[home]
    return f"{sign}{int((dollars * Decimal(rate)).quantize(Decimal(1), ROUND_HALF_UP)):,}"


def address(home: str, sessions: int, weeks: int) -> str:
    return f"{COST}home={home}&currency={SHOWN_IN[home][0]}&sessions={sessions}&gap={weeks}"


def cards(page: Page) -> list[str]:
    return [words(card) for card in page.all("li", class_="plan")]


@pytest.mark.parametrize(("home", "sessions", "weeks"), COURSES)
def test_every_country_with_a_trip_a_session_and_in_one_stay(client: Any, home, sessions, weeks) -> None:
    shown = totals(client.get(address(home, sessions, weeks)).page)
    each, stay = PLANS[sessions, weeks][0], PLANS[sessions, weeks][-1]
    for country in FARES[home]:
        cells = shown[NAMES[country]]
        assert by_hand(home, country, sessions, *each) in cells[0], (country, cells)
        assert by_hand(home, country, sessions, *stay) in cells[-2], (country, cells)


@pytest.mark.parametrize(("home", "sessions", "weeks"), COURSES)
def test_every_plan_that_can_be_done_and_no_other(client: Any, home, sessions, weeks) -> None:
    for country in ("TH", "PL"):
        shown = cards(client.get(f"{address(home, sessions, weeks)}&country={country.lower()}").page)
        found = [tuple(map(int, re.search(r"(\d+) trips? of (\d+) nights", card).groups())) for card in shown]
        assert found == PLANS[sessions, weeks]
        for card, (trips, nights) in zip(shown, found, strict=True):
            assert by_hand(home, country, sessions, trips, nights) in card


def test_the_parts_of_every_plan_add_up(client: Any) -> None:
    page = client.get(address("gb", 8, 2) + "&country=in").page
    for card in page.all("dl", class_="receipt"):
        *parts, total = (int(data.get("value")) for data in card.iter("data"))
        assert len(parts) == 3
        assert sum(parts) == total


def test_the_cheapest_plan_is_not_always_a_trip_a_session(client: Any) -> None:
    # From Australia to India: 380 + 4 x (850 + 80) = 4,100 or 380 + 850 + 64 x 40 = 3,790
    shown = cards(client.get(COST + "home=au&currency=USD&sessions=4&gap=3&country=in").page)
    assert ["Lowest total" in card for card in shown] == [False, False, True]


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("1865", "stays below your price at home for up to 3 trips"),  # (1,865 - 500) / (230 + 120): 3.9
        ("600", "even one trip costs more"),
        ("900", "for 1 trip and no more"),
    ],
)
def test_it_says_where_abroad_stops_being_cheaper(client: Any, own: str, told: str) -> None:
    text = client.get(COST + f"home=de&currency=USD&sessions=4&gap=3&country=tr&own={own}").page.text
    assert told in text
    assert f"your price at home, ${int(own):,}" in text


def test_a_countrys_page_has_the_same_plans_and_fields(client: Any) -> None:
    query = "home=us&currency=USD&sessions=4&gap=3&fare=100&night=50"
    page = client.get(f"/treatments/mesotherapy/turkey?{query}").page
    assert cards(page) == cards(client.get(f"{COST}{query}&country=tr").page)
    assert "$1,300" in cards(page)[0]
    assert page.one("input", name="fare").get("value") == "100"


def test_what_cannot_be_used_on_a_countrys_page_is_said(client: Any) -> None:
    answer = client.get("/treatments/mesotherapy/turkey?home=us&sessions=0&fare=x")
    assert answer.status_code == 200
    assert "Sessions: enter a whole number from 1 to 12" in words(answer.page.one("div", role="alert"))
    assert answer.page.one("input", name="fare").get("value") == "x"
