"""The list of a city or country: prices of so many clinics, the way there, its one address, and the way on."""

from typing import Any

import pytest

from marketplace.clinics import facets
from marketplace.clinics.market_figures import recount
from marketplace.foundation import clock
from marketplace.web.public import pages
from tests.factories import Make
from tests.reading import words

PAGE = "/clinics/turkey/istanbul"


def count() -> None:
    facets.rebuild()
    recount(clock.now())


@pytest.fixture
def two_cities(make_clinic: Make) -> None:
    """Two clinics in Istanbul, EUR 60 to 180 and 80 to 240, and one in Izmir."""
    make_clinic("Lale", slug="lale", low=6000)
    make_clinic("Nar", low=8000)
    make_clinic("Incir", low=7000, city="Izmir")
    count()


@pytest.mark.usefixtures("two_cities")
def test_it_has_prices_of_so_many_lists_and_the_total_with_travel(client: Any) -> None:
    text = client.get(PAGE + "?home=de&currency=EUR").page.text
    assert "2 clinics." in text
    assert "Facial mesotherapy here is €60 to €240 a session, by the lists of 2 clinics." in text
    totals = [words(each) for each in client.get(PAGE + "?home=de&currency=EUR").page.all("p", class_="price")]
    low, high = sorted(totals, key=lambda each: int(each.replace(",", "")[1:]))
    assert f"{low} to {high} total for you, at the 2 clinics shown here: Facial mesotherapy, 4 sessions, 4 tr" in text
    assert "From Germany a return trip is about €" in text


@pytest.mark.usefixtures("two_cities")
def test_a_country_has_the_prices_of_all_its_cities(client: Any) -> None:
    text = client.get("/clinics/turkey?home=de&currency=EUR").page.text
    assert "Facial mesotherapy here is €60 to €240 a session, by the lists of 3 clinics." in text
    assert "By city: Istanbul (2)" in text.replace("city:Istanbul", "city: Istanbul")


@pytest.mark.usefixtures("two_cities")
def test_a_single_clinic_is_no_range_of_the_city(client: Any) -> None:
    text = client.get("/clinics/turkey/izmir?currency=EUR").page.text
    assert "by the list of 1 clinic: the price of that clinic alone" in text


def test_without_prices_it_says_so(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    clinic.prices.clear()
    count()
    assert "No price is counted here yet" in client.get(PAGE).page.text


@pytest.mark.usefixtures("two_cities")
def test_who_lives_there_does_not_travel(client: Any) -> None:
    text = client.get(PAGE + "?home=tr").page.text
    assert "You live in this country, so no travel is counted" in text
    assert "4 sessions, no travel, you live there" in text


@pytest.mark.usefixtures("two_cities")
@pytest.mark.parametrize("page", ["/clinics/turkey", "/treatments/mesotherapy/turkey", "/clinic/lale"])
def test_a_city_is_linked(client: Any, page: str) -> None:
    assert PAGE in [link.get("href") for link in client.get(page).page.one("main").iter("a")]


@pytest.mark.usefixtures("two_cities")
@pytest.mark.parametrize(
    ("address", "path"),
    [
        (PAGE + "?home=us&sort=price", PAGE),
        ("/clinics?country=tr&city=Istanbul", PAGE),
        ("/clinics?country=tr", "/clinics/turkey"),
        ("/clinics?language=en", "/clinics"),
    ],
)
def test_each_list_has_one_address(client: Any, address: str, path: str) -> None:
    link = client.get(address).page.one("link", rel="canonical")
    assert link.get("href") == f"http://127.0.0.1:8000{path}"


@pytest.mark.usefixtures("two_cities")
def test_an_unknown_city_leads_on_to_its_country(client: Any) -> None:
    answer = client.get("/clinics/turkey/atlantis")
    assert answer.status_code == 404
    assert [words(link) for link in answer.page.all("a", href="/clinics/turkey")] == ["Clinics in Türkiye"]


@pytest.mark.usefixtures("two_cities")
def test_the_sitemap_has_the_cities_with_the_most_clinics(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/sitemap.xml").text.count("/clinics/turkey/") == 2
    monkeypatch.setattr(pages, "CITIES_IN_SITEMAP", 1)
    text = client.get("/sitemap.xml").text
    assert text.count("/clinics/turkey/") == text.count("/clinics/turkey/istanbul<") == 1
