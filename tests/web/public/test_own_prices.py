"""A price at home, told without a name: what is stored, once a month, and the range that others see from ten on."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from marketplace.catalogue import own_prices
from marketplace.catalogue.own_prices import OwnPrice
from marketplace.extensions import db
from tests.conftest import reader_of
from tests.factories import procedure_named
from tests.reading import words

PAGE = "/own-prices?country=de&procedure=facial&sessions=4&amount=1.000&currency=EUR"
TOLD = {"country": "DE", "procedure": "facial", "sessions": "4", "amount": "1.000"}
COST = "/treatments/mesotherapy/cost?home=de&currency=EUR&sessions=4&country=tr"


def stored() -> list[OwnPrice]:
    return list(db.session.scalars(select(OwnPrice)))


def tell(client, **changes):
    return client.post("/own-prices", data=TOLD | changes)


def told_by_readers(*prices: int, country: str = "DE", currency: str = "EUR") -> None:
    facial = procedure_named("facial")
    for price in prices:
        own_prices.share(facial, country=country, price=price * 100, currency=currency)
    db.session.flush()


def test_amount_country_procedure_and_month_are_all_that_is_stored(client) -> None:
    assert tell(client).status_code == 303
    (row,) = stored()
    assert (row.price, row.currency, row.country, row.month) == (25_000, "EUR", "DE", own_prices.this_month())
    assert {column.key for column in inspect(OwnPrice).columns} == {
        *("id", "procedure_id", "country", "price", "currency", "month")
    }
    assert row.id.version == 4  # tells no time


def test_one_browser_tells_one_a_month_for_a_country_and_procedure(client, app: Flask) -> None:
    tell(client)
    again = tell(client, amount="9.000")
    assert again.status_code == 422
    assert "already this month" in words(again.page.one("p", id="amount-error"))
    assert [tell(client, country="FR").status_code, tell(client, procedure="mesoglow").status_code] == [303, 303]
    assert tell(reader_of(app)).status_code == 303
    assert len(stored()) == 4


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("amount", "abc", "Enter"),
        ("amount", "0", "above 0"),
        ("amount", "", "Enter"),
        ("sessions", "0", "from 1 to 12"),
        ("sessions", "x", "from 1 to 12"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_stored(client, field: str, typed: str, error: str) -> None:
    answer = tell(client, **{field: typed})
    assert answer.status_code == 422
    assert error in words(answer.page.one("p", id=f"{field}-error"))
    assert answer.page.one("input", name=field).get("value") == typed
    assert stored() == []


def test_the_page_holds_what_the_address_says_in_the_countrys_currency(client) -> None:
    page = client.get(PAGE).page
    assert page.one("input", name="amount").get("value") == "1.000"
    assert "In euros, for Germany" in page.text
    assert client.get("/own-prices?country=zz&amount=x&sessions=y&procedure=z").status_code == 200


def test_a_range_appears_from_ten_on_with_their_number(client) -> None:
    told_by_readers(*range(100, 190, 10))
    assert "From readers" not in client.get(COST).page.text
    told_by_readers(9999)
    # Of ten the third and the eighth: 120 and 170 a session, four of them
    assert "From readers: €480 to €680 for this course, the middle half of 10 prices" in client.get(COST).page.text


def test_other_countries_currencies_and_months_do_not_count(client, time_machine) -> None:
    time_machine.move_to(date(2025, 11, 3))
    told_by_readers(*[100] * 5)
    time_machine.move_to(date(2026, 11, 20))
    told_by_readers(*[100] * 9)
    told_by_readers(*[100] * 9, country="FR")
    told_by_readers(*[100] * 9, currency="USD")
    assert "From readers" not in client.get(COST).page.text


def test_where_the_guide_has_a_price_readers_are_not_mixed_in(client) -> None:
    told_by_readers(*[100] * 12, country="GB", currency="GBP")
    page = client.get("/treatments/mesotherapy/cost?home=gb&country=tr").page
    assert "From readers" not in page.text
    assert "At home the middle price of the course" in page.text


def test_it_can_be_shared_once_it_is_typed(client) -> None:
    assert "Share this price" not in client.get(COST).page.text
    page = client.get(COST + "&own=1.000").page
    (link,) = (link for link in page.all("a") if "/own-prices?" in link.get("href"))
    assert client.get(link.get("href")).page.one("input", name="amount").get("value") == "1.000"


def test_a_country_without_a_guide_price_leads_with_the_total_and_asks(client) -> None:
    page = client.get("/treatments/mesotherapy/turkey?home=de").page
    text = page.text
    assert text.index("in 4 trips from Germany") < text.index("The guide has no price for Germany")
    assert page.one("input", name="own").get("value") == ""


def test_too_many_are_refused(limited_app: Flask) -> None:
    client = reader_of(limited_app)
    answers = [
        tell(client, country=code).status_code for code in ("DE", "FR", "NL", "IE", "SE", "DK", "NO", "ES", "IT")
    ]
    assert 429 in answers


def test_the_country_is_changed_from_the_page(client) -> None:
    (link,) = (each for each in client.get("/own-prices").page.all("a") if each.text == "Change where you live")
    fields = client.get(link.get("href")).page.fields()
    saved = client.post("/preferences", data={**fields, "home": "SE", "currency": "SEK"})
    assert "asked to pay in Sweden" in client.get(saved.location).page.text


@pytest.mark.parametrize("named", ["country=zz", "home=zz"])
def test_a_country_that_is_not_known_is_said(client, named: str) -> None:
    page = client.get(f"/own-prices?{named}").page
    assert "We do not know the country in this address, so this page is about the United Kingdom" in page.text
    assert "We do not know" not in client.get("/own-prices?country=se").page.text


def test_a_treatment_that_is_not_known_is_said_beside_the_field(client) -> None:
    answer = client.get("/own-prices?procedure=zz&amount=90")
    assert answer.status_code == 200
    assert "We have no treatment with the name in this address" in answer.page.text
    assert answer.page.fields()["amount"] == ["90"]
