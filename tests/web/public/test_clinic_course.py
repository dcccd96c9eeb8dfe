"""The course price of a clinic with travel, in the reader's currency, from the home that the reader chooses."""

from typing import Any

import pytest

from tests.factories import Make
from tests.reading import words


@pytest.fixture(autouse=True)
def round_rates(monkeypatch):
    """Rates that can be multiplied by hand."""
    from datetime import date
    from decimal import Decimal

    from marketplace.catalogue import exchange

    per_euro = {"EUR": Decimal(1), "GBP": Decimal("0.85"), "USD": Decimal("1.25")}
    monkeypatch.setattr(exchange, "rates", lambda: exchange.Rates(date(2026, 10, 30), per_euro))


@pytest.fixture
def path(make_clinic: Make) -> str:
    """A clinic in Türkiye, EUR 60 to 180 a session of the facial procedure."""
    return f"/clinic/{make_clinic(low=6000).slug}"


def first_total(client: Any, address: str) -> str:
    return words(client.get(address).page.all("td", class_="total")[0])


def test_it_is_the_usual_course_with_the_cheapest_plan(client: Any, path: str) -> None:
    # 4 x 120 euro = 408 pounds; 4 x (230 + 2 x 60) dollars = 952 pounds
    assert "£1,360" in first_total(client, path + "?home=gb")
    assert "4 sessions, 4 trips of 2 nights" in first_total(client, path + "?home=gb")


def test_the_home_sets_the_currency_unless_another_is_chosen(client: Any, path: str) -> None:
    assert "€1,600" in first_total(client, path + "?home=de")  # 480 + 1,400 / 1.25
    assert "$2,000" in first_total(client, path + "?home=de&currency=USD")
    assert client.get(path + "?home=de").page.one("select", name="home") is not None


def test_who_lives_there_does_not_travel(client: Any, path: str) -> None:
    told = first_total(client, path + "?home=tr&currency=EUR")
    assert "€480" in told
    assert "no travel" in told


def test_the_readers_own_figures_count(client: Any, path: str) -> None:
    client.get("/treatments/mesotherapy/cost?home=de&currency=EUR&sessions=4&own=1.000&fare=100&night=50")
    told = first_total(client, path + "?home=de")
    assert "€1,280" in told  # 480 + 4 x (100 + 2 x 50)
    assert "€280 more, compared with your price at home" in told


def test_a_home_that_is_not_known_is_said(client: Any, path: str) -> None:
    answer = client.get(path + "?home=zz")
    assert answer.status_code == 200
    assert "“zz” is not on the list" in words(answer.page.one("p", id="home-error"))


def test_a_package_for_the_course_is_what_it_costs(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic("Clinic Nar", low=6000)
    clinic.prices[0].package_sessions, clinic.prices[0].package_price = 4, 40_000
    assert "€1,520" in first_total(client, f"/clinic/{clinic.slug}?home=de")
