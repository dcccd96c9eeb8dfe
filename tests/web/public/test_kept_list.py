"""What a list keeps of its cards and its form is never shown for other prices, another currency, day or count."""

from datetime import timedelta
from typing import Any

from marketplace.clinics import facets
from marketplace.extensions import db
from marketplace.foundation import clock
from tests.factories import Make
from tests.reading import words


def _card(client: Any, address: str) -> str:
    return words(client.get(address).page.one("li", class_="clinic-card"))


def test_a_changed_price_is_on_the_next_page(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    assert "€60 to €180" in _card(client, "/clinics?currency=EUR")
    clinic.prices[0].low = clinic.prices[0].low_eur = 4000
    db.session.flush()
    assert "€40 to €180" in _card(client, "/clinics?currency=EUR")


def test_a_changed_package_and_another_home_are_on_the_next_page(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    facets.rebuild()
    shown = [client.get(f"/clinics?currency=EUR&home={home}").page for home in ("de", "us", "de")]
    before = [words(page.one("p", class_="price")) for page in shown]
    assert before[0] == before[2] != before[1]
    clinic.prices[0].package_sessions, clinic.prices[0].package_price = 4, 10_000
    db.session.flush()
    assert words(client.get("/clinics?currency=EUR&home=de").page.one("p", class_="price")) < before[0]


def test_each_reader_has_their_own_currency(client: Any, make_clinic: Make) -> None:
    make_clinic()
    shown = [_card(client, f"/clinics?currency={code}") for code in ("GBP", "USD", "GBP")]
    assert "about £" in shown[0]
    assert "about $" in shown[1]
    assert shown[2] == shown[0]


def test_a_check_that_ended_is_said_on_that_day(client: Any, make_clinic: Make, monkeypatch) -> None:
    make_clinic()
    assert "Ask this clinic" in _card(client, "/clinics")
    later = clock.now() + timedelta(days=3650)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Ask this clinic" not in _card(client, "/clinics")


def test_the_form_has_the_new_counts(client: Any, make_clinic: Make) -> None:
    make_clinic()
    facets.rebuild()
    assert "Istanbul (1)" in client.get("/clinics").text
    make_clinic("Clinic Nilüfer")
    facets.rebuild()
    assert "Istanbul (2)" in client.get("/clinics").text


def test_the_form_has_the_values_of_its_own_address(client: Any, make_clinic: Make) -> None:
    make_clinic()
    facets.rebuild()
    chosen = [
        client.get(f"/clinics?sort={sort}").page.one("option", value=sort) for sort in ("reply", "price", "reply")
    ]
    assert [option.get("selected") is not None for option in chosen] == [True, True, True]
    assert "is not on the list" in client.get("/clinics?sort=luck").page.text
    assert "is not on the list" not in client.get("/clinics?sort=reply").page.text
