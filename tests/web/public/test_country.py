"""One country: its prices in the reader's currency, the way there and the total, by one calculation."""

from typing import Any

import pytest

from marketplace.clinics import facets
from tests.factories import Make
from tests.reading import words

PAGE = "/treatments/mesotherapy/"


@pytest.mark.parametrize(
    ("slug", "heading"),
    [
        ("united-states", "Mesotherapy in the United States"),
        ("united-kingdom", "Mesotherapy in the United Kingdom"),
        ("turkey", "Mesotherapy in Türkiye"),
    ],
)
def test_a_country_has_its_article(client: Any, slug: str, heading: str) -> None:
    assert client.get(PAGE + slug).page.h1 == heading


@pytest.mark.parametrize("home", ["gb", "us", "nl", "ae"])
def test_the_way_there_starts_with_the_article(client: Any, home: str) -> None:
    assert "Getting there from the " in client.get(PAGE + f"turkey?home={home}").page.text


def test_a_range_in_the_readers_own_currency_stands_once(client: Any) -> None:
    page = client.get(PAGE + "turkey?home=us&currency=USD").page
    assert page.text.count("$50 to $200") == 1
    assert "In USD" not in page.text
    # The trip: $850 and two nights of $60, four times, and 4 x $125 of treatment; at home 4 x $900.
    assert "$4,380 in 4 trips from the United States. That is $780 more, compared with home." in page.text


def test_travel_is_in_the_readers_currency(client: Any) -> None:
    page = client.get(PAGE + "turkey?home=de").page
    assert "A return trip is about €" in page.text
    assert "It was made in USD: $230 and $60." in page.text
    assert {data.get("data-currency") for data in page.all("data", class_="money")} == {"EUR", "USD"}


def test_where_one_lives_there_is_no_way_and_no_total(client: Any) -> None:
    text = client.get(PAGE + "united-kingdom?home=gb").page.text
    assert "Getting there" not in text
    assert "trips from" not in text


def test_ones_own_home_has_its_course_and_the_lowest_totals_abroad(client: Any) -> None:
    text = client.get(PAGE + "united-states?home=us&currency=USD").page.text
    # 4 x $900; the middle of what a session costs there.
    assert "4 sessions of facial mesotherapy: $3,600 at home" in text
    assert "The middle of the guide range here is $900 a session" in text
    compared = client.get("/treatments/mesotherapy/cost?home=us&currency=USD").page
    lowest = list(compared.one("table", id="totals").iter("tr"))[2:5]
    told = client.get(PAGE + "united-states?home=us&currency=USD").page.one("table", id="lowest")
    rows = [(words(row.find("th")), words(row.find(".//b"))) for row in list(told.iter("tr"))[1:]]
    assert rows == [(words(row.find("th")), words(row.find(".//b"))) for row in lowest]


def test_only_ones_own_home_is_compared_with_abroad(client: Any) -> None:
    assert "Compare with abroad" not in client.get(PAGE + "turkey?home=us").page.text


@pytest.mark.parametrize("home", ["gb", "tr"])
@pytest.mark.parametrize("path", [PAGE + "turkey", "/clinics", "/clinics/turkey", "/clinics/turkey/istanbul"])
def test_a_card_has_the_total_of_the_clinics_page(client: Any, make_clinic: Make, path: str, home: str) -> None:
    clinic = make_clinic(low=6000)
    clinic.prices[0].package_sessions, clinic.prices[0].package_price = 4, 40_000
    own = client.get(f"/clinic/{clinic.slug}?home={home}").page.all("td", class_="total")[0]
    total, plan = words(own.find("b")), words(own.find("span[@class='meta']"))
    facets.rebuild()
    card = words(client.get(f"{path}?home={home}").page.one("li", class_="clinic-card"))
    assert f"{total} total for you: {clinic.prices[0].procedure.name}, {plan.split(',')[0]}" in card


def test_a_total_and_the_price_of_a_session_are_of_one_procedure(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic(low=6000, offers=("facial", "mesoglow"))
    other = next(price for price in clinic.prices if price.procedure.slug == "mesoglow")
    other.low = 1000
    facets.rebuild()
    for path in ("/clinics", PAGE + "turkey"):
        card = words(client.get(path).page.one("li", class_="clinic-card"))
        assert "€60 to €180 per session" in card
        assert "€10" not in card


def test_procedures_without_a_price_are_named(client: Any) -> None:
    text = client.get(PAGE + "czech-republic").page.text
    assert "No guide price here for Mesoglow or mesolift, Scalp" in text


def test_cards_say_about_in_the_readers_currency(client: Any, make_clinic: Make) -> None:
    make_clinic(low=6000)
    for page in ("/clinics?currency=GBP", PAGE + "turkey?currency=GBP"):
        text = client.get(page).page.text
        assert "about £" in text
        assert "€60 to €180 per session" in text
        assert "Prices are from each clinic's own list" in text
    assert "about" not in client.get("/clinics?currency=EUR").page.one("p", class_="price").itertext()


def test_the_clinics_of_a_country_lead_to_their_totals(client: Any, make_clinic: Make) -> None:
    make_clinic()
    facets.rebuild()
    links = [link.get("href") for link in client.get("/clinics/turkey").page.one("main").iter("a")]
    assert PAGE + "turkey" in links
    assert client.get(PAGE + "turkey").status_code == 200
    assert PAGE + "turkey" not in [link.get("href") for link in client.get("/clinics").page.one("main").iter("a")]
