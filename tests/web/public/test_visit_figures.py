"""The reader's own figures are kept for the visit: from page to page, in any currency, for the course they are for."""

import pytest

from tests.reading import words
from tests.web.public.test_cost_totals import COST, totals

pytestmark = pytest.mark.usefixtures("round_rates")
TYPED = COST + "home=de&currency=EUR&sessions=4&gap=3&own=1.000&fare=100&night=50"


@pytest.fixture
def round_rates(monkeypatch):
    """Rates that can be multiplied by hand."""
    from datetime import date
    from decimal import Decimal

    from marketplace.catalogue import exchange

    per_euro = {"EUR": Decimal(1), "GBP": Decimal("0.85"), "USD": Decimal("1.25")}
    monkeypatch.setattr(exchange, "rates", lambda: exchange.Rates(date(2026, 10, 30), per_euro))


def value(page, name: str) -> str:
    return page.one("input", name=name).get("value")


def test_they_stand_on_the_page_asked_for_next(client):
    client.get(TYPED)
    page = client.get(COST + "home=de").page
    assert [value(page, name) for name in ("own", "fare", "night")] == ["1.000", "100", "50"]
    assert "€1,200" in totals(page)["Türkiye"][0]  # 400 + 4 x (100 + 2 x 50)


def test_they_are_converted_where_another_currency_is_shown(client):
    client.get(TYPED)
    page = client.get(COST + "home=de&currency=GBP").page
    assert [value(page, name) for name in ("own", "fare", "night")] == ["850", "85", "42.50"]


def test_a_price_at_home_is_for_its_own_number_of_sessions(client):
    client.get(TYPED)
    page = client.get(COST + "home=de&sessions=6").page
    assert [value(page, name) for name in ("own", "fare")] == ["", "100"]


def test_another_home_has_another_fare_and_price(client):
    client.get(TYPED)
    page = client.get(COST + "home=fr").page
    assert value(page, "own") == ""
    assert value(page, "fare") != "100"


def test_a_fare_is_for_its_country(client):
    client.get(TYPED + "&country=tr")
    assert value(client.get(COST + "home=de&country=pl").page, "fare") != "100"
    assert value(client.get(COST + "home=de&country=tr").page, "fare") == "100"


def test_sent_empty_they_are_forgotten(client):
    client.get(TYPED)
    client.get(COST + "home=de&currency=EUR&own=&fare=&night=")
    assert value(client.get(COST + "home=de").page, "own") == ""


@pytest.mark.parametrize(
    "query", ["home=de&sessions=4", "home=de&own=abc", "home=us&currency=USD&fare=850&fare_was=850"]
)
def test_nothing_is_kept_of_an_address_without_figures_of_ones_own(client, query):
    assert "course=" not in client.get(COST + query).headers.get("Set-Cookie", "")


def test_the_page_that_keeps_them_is_in_no_cache(client):
    answer = client.get(TYPED)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Max-Age" not in answer.headers["Set-Cookie"]
    assert client.get("/clinics").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    "cookie", ["own=x&currency=EUR", "own=1&currency=ZZZ", "own=0&currency=EUR", "%", "sessions=99", "own=5"]
)
def test_a_cookie_that_cannot_be_read_is_none(client, cookie):
    client.set_cookie("course", f"home=de&{cookie}")
    page = client.get(COST + "home=de").page
    assert value(page, "own") == ""
    assert "alert" not in words(page.one("main"))
