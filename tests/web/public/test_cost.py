"""The price page: the guide's table to the number, savings computed by hand for three home countries."""

import csv
import io
from typing import Any

import pytest

from marketplace.catalogue.course_costs import against
from tests.reading import words as text_of

# The source's table: US dollars for one session, low and high.
FACIAL = {
    "US": (300, 1500),
    "GB": (250, 1000),
    "TR": (50, 200),
    "TH": (80, 250),
    "MX": (100, 300),
    "KR": (100, 300),
    "PL": (80, 200),
    "IN": (40, 150),
    "CZ": (80, 200),
}
MESOGLOW = {
    "US": (500, 2000),
    "GB": (400, 1500),
    "TR": (100, 350),
    "TH": (150, 400),
    "MX": (200, 500),
    "KR": (200, 500),
    "PL": (150, 350),
    "IN": (80, 250),
}
NAMES = {"US": "United States", "GB": "United Kingdom", "TR": "Türkiye", "TH": "Thailand", "MX": "Mexico"}
NAMES |= {"KR": "South Korea", "PL": "Poland", "IN": "India", "CZ": "Czechia"}
# Per cent against the home middle, facial: computed by hand from the table above.
BY_HAND = {
    "gb": {"US": "44% more", "TR": "80% less", "TH": "74% less", "MX": "68% less", "PL": "78% less", "IN": "85% less"},
    "us": {"GB": "31% less", "TR": "86% less", "TH": "82% less", "KR": "78% less", "PL": "84% less", "IN": "89% less"},
    "pl": {
        "US": "543% more",
        "GB": "346% more",
        "TR": "11% less",
        "TH": "18% more",
        "IN": "32% less",
        "CZ": "the same",
    },
}


def rows(client: Any, query: str, procedure: str = "facial") -> dict[str, str]:
    page = client.get(f"/treatments/mesotherapy/cost?{query}").page
    table = page.one("table", id=f"prices-{procedure}")
    cells = (["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr"))
    return {cell[0].split("\n")[0].strip(): " ".join(" ".join(cell).split()) for cell in cells}


@pytest.mark.parametrize(("procedure", "table"), [("facial", FACIAL), ("mesoglow", MESOGLOW)])
def test_every_range_is_the_guides(client: Any, procedure: str, table: dict[str, tuple[int, int]]) -> None:
    shown = rows(client, "home=gb&currency=USD&sessions=4", procedure)
    assert len(shown) - 1 == len(table)
    for code, (low, high) in table.items():
        assert f"${low:,} to ${high:,}" in shown[NAMES[code]]
        assert f"${low * 4:,} to ${high * 4:,}" in shown[NAMES[code]]


@pytest.mark.parametrize("home", BY_HAND)
def test_savings_are_middle_to_middle(client: Any, home: str) -> None:
    shown = rows(client, f"home={home}&currency=USD")
    for code, words in BY_HAND[home].items():
        assert words in shown[NAMES[code]], (code, shown[NAMES[code]])


def test_the_percentages_do_not_depend_on_the_currency_shown(client: Any) -> None:
    assert "about 80% less" in rows(client, "home=gb&currency=GBP")["Türkiye"]


def test_a_home_without_a_guide_price_says_so_once_and_asks_for_it(client: Any) -> None:
    page = client.get("/treatments/mesotherapy/cost?home=de&currency=EUR").page
    assert page.text.count("We hold no price for Germany") == 1
    assert "compared with home" not in " ".join(rows(client, "home=de&currency=EUR")["Türkiye"])
    assert page.one("input", name="own").get("value") == ""


def test_a_price_of_ones_own_takes_its_place(client: Any) -> None:
    page = client.get("/treatments/mesotherapy/cost?home=de&currency=EUR&own=1.000").page
    assert "We hold no price" not in page.text
    assert "At home the course costs you €1,000." in page.text


@pytest.mark.parametrize(
    "query", ["home=zz&currency=XXX&sessions=abc&trips=-1", "sessions=999999&trips=0", "home=%27&currency=%F0"]
)
def test_a_strange_address_shows_the_default(client: Any, query: str) -> None:
    assert "80% less" in rows(client, query)["Türkiye"]


def test_procedures_without_a_price_are_named(client: Any) -> None:
    text = client.get("/treatments/mesotherapy/cost").page.text
    assert "Only quotes can tell the price of these, as no guide has one: scalp" in text


def test_the_csv_has_the_same_figures(client: Any) -> None:
    lines = list(csv.DictReader(io.StringIO(client.get("/compare-prices.csv").text)))
    assert list(lines[0]) == [
        "treatment",
        "procedure",
        "country",
        "low",
        "high",
        "currency",
        "unit",
        "basis",
        "n",
        "period",
        "source",
        "reviewed_on",
    ]
    facial = {line["country"]: (line["low"], line["high"]) for line in lines if line["procedure"] == "facial"}
    assert facial == {code: (f"{low}.00", f"{high}.00") for code, (low, high) in FACIAL.items()}
    assert {line["basis"] for line in lines} == {"guide"}


def test_more_is_more_and_less_is_less() -> None:
    assert [against(625, 625), against(900, 625), against(125, 625)] == [0, 44, -80]


# What "how we show prices" says of the cost page, and what of that page keeps it.
SHOWN = {
    "The bar is hatched": ("g", "hatched"),
    "the page then says": ("p", "Only quotes can tell the price of these"),
    "says below its tables when we look again": ("p", "We last looked at them on 22 November 2026 and look again by"),
    "each with its calendar": ("svg", "strip"),
    "say which is the cheapest": ("span", "Lowest total"),
    "up to how many trips": ("main", "below your price at home"),
    "the total at the low and at the high end": ("p", "At its low end the total is"),
    "Put in your own figures": ("input", "fare"),
    "price of a night start from our own estimate": ("input", "night"),
    "You can put in a price you were quoted at home": ("input", "own"),
    "share it without your name": ("a", "Share this price without my name"),
    "with the date of the rate": ("p", "European Central Bank reference rates of"),
}


@pytest.mark.parametrize("sentence", SHOWN)
def test_what_the_page_about_prices_says_is_there(client: Any, sentence: str) -> None:
    assert sentence in client.get("/how-we-show-prices").page.text
    tag, wanted = SHOWN[sentence]
    page = client.get("/treatments/mesotherapy/cost?home=gb&currency=GBP&own=3000").page
    elements = [*page.all(tag), *page.all("{http://www.w3.org/2000/svg}" + tag)]
    assert any(
        wanted in {each.get("name"), *each.get("class", "").split()} or wanted in text_of(each) for each in elements
    )
