"""The front page: totals at home and abroad by the calculation of the comparison, from the reader's home."""

from typing import Any

import pytest

from marketplace.clinics import facets
from tests.factories import Make
from tests.reading import words

COST = "/treatments/mesotherapy/cost"


def told(client: Any, address: str) -> list[tuple[str, str]]:
    """Names and totals of the answer, in their order."""
    rows = client.get(address).page.one("section", class_="totals").iter("li")
    ends = (row.find("p").findall("b") for row in rows)
    return [(words(name), words(total)) for name, total in ends]


@pytest.mark.parametrize("home", ["gb", "us"])
def test_it_begins_with_home_and_the_lowest_totals_of_the_comparison(client: Any, home: str) -> None:
    rows = list(client.get(f"{COST}?home={home}").page.one("table", id="totals").iter("tr"))[1:5]
    compared = [(words(row.find("th")), words(row.find(".//b"))) for row in rows]
    assert told(client, f"/?home={home}") == [("At home", compared[0][1]), *compared[1:]]


def test_without_a_price_at_home_it_says_so_and_where_to_type_one(client: Any) -> None:
    page = client.get("/?home=de").page
    assert len(told(client, "/?home=de")) == 3
    assert "We hold no price for Germany" in page.text
    assert [link for link in page.one("main").iter("a") if link.get("href", "") == COST]


def test_where_home_costs_less_it_says_so(client: Any) -> None:
    assert "From Türkiye, nothing abroad costs less than at home" in client.get("/?home=tr").page.text


def test_an_unknown_home_is_said_beside_the_field(client: Any) -> None:
    answer = client.get("/?home=xx")
    assert answer.status_code == 200
    assert answer.page.one("div", role="alert") is not None


def test_every_country_leads_to_its_page_and_its_clinics(client: Any, make_clinic: Make) -> None:
    make_clinic()
    facets.rebuild()
    links = {link.get("href"): words(link) for link in client.get("/").page.one("main").iter("a")}
    assert links["/treatments/mesotherapy/turkey"] == "Türkiye"
    assert links["/clinics/turkey"] == "1 clinic: Türkiye"


def test_what_people_come_for_leads_to_the_guide(client: Any) -> None:
    page = client.get("/").page
    assert "Fine lines" in page.text
    assert "Facial mesotherapy: 4 to 6 sessions, 2 to 4 weeks apart" in page.text


@pytest.mark.parametrize("is_sample", [True, False])
def test_it_says_first_that_clinics_are_invented_where_they_are(
    client: Any, make_clinic: Make, is_sample: bool
) -> None:
    make_clinic(is_sample=is_sample)
    facets.rebuild()
    assert ("Sample: clinics and people here are invented." in client.get("/").page.text) is is_sample
