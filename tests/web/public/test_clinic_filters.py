"""The filters of the list of clinics: used, or shown back with what is wrong; prices are those that were asked for."""

from typing import Any

import pytest

from marketplace.clinics import facets
from marketplace.clinics.models import ClinicPrice
from marketplace.foundation import clock
from tests.factories import Make, procedure_named


@pytest.fixture
def two(make_clinic: Make) -> None:
    """Lale from €60 in Istanbul, Wisla from €200 in Kraków."""
    make_clinic("Clinic Lale", languages=["tr", "en"], low=6000)
    make_clinic("Clinic Wisla", country="PL", city="Kraków", languages=["pl"], low=20000)
    facets.rebuild()


def names(page: Any) -> list[str]:
    return [
        "".join(heading.itertext()).strip() for heading in page.all("h2") if "Clinic" in "".join(heading.itertext())
    ]


def chips(page: Any) -> list[str]:
    return [" ".join("".join(item.itertext()).split()) for part in page.all("ul", class_="chips") for item in part]


@pytest.mark.parametrize("text", ["€100", "100 €", "EUR 100", "100,-", "100.00", "100,00", "١٠٠"], ids=ascii)
def test_a_price_is_read_with_its_sign(client: Any, two: None, text: str) -> None:
    page = client.get("/clinics", query_string={"max_price": text, "currency": "EUR"}).page
    assert names(page) == ["Clinic Lale"]
    assert any("up to €100" in chip for chip in chips(page))


BAD = [
    ("max_price", "abc", "enter an amount, like 150 or 150.50"),
    ("max_price", "£100", "write an amount in EUR, not in £"),
    ("max_price", "0.900", "0.900 could be 900 or 0.90"),
    ("max_price", "0", "enter an amount above 0"),
    ("page", "abc", "enter a whole number"),
    ("page", "7", "enter a whole number from 1 to 1"),
]


@pytest.mark.parametrize(("name", "text", "error"), BAD)
def test_what_cannot_be_used_is_shown_back_with_its_error(
    client: Any, two: None, name: str, text: str, error: str
) -> None:
    answer = client.get("/clinics", query_string={"currency": "EUR", name: text})
    field = answer.page.one("input", name=name)
    assert (answer.status_code, field.get("value"), field.get("aria-invalid")) == (200, text, "true")
    assert error in "".join(answer.page.one("div", role="alert").itertext())
    assert error in "".join(answer.page.one("p", id=f"{name}-error").itertext())
    assert (len(names(answer.page)), chips(answer.page)) == (2, [])


@pytest.mark.parametrize("name", ["country", "city", "procedure", "language", "currency", "sort"])
def test_what_is_on_no_list_is_named_and_not_used(client: Any, two: None, name: str) -> None:
    answer = client.get("/clinics", query_string={name: "xyz"})
    assert answer.status_code == 200
    shown = "".join(answer.page.one("div", role="alert").itertext())
    assert "“xyz” is not on the list" in shown.replace("XYZ", "xyz")
    assert (len(names(answer.page)), chips(answer.page)) == (2, [])


@pytest.mark.parametrize("city", ["istanbul", "Istanbul", "ISTANBUL", " istanbul "])
def test_a_city_is_found_however_it_is_written(client: Any, two: None, city: str) -> None:
    assert names(client.get("/clinics", query_string={"city": city}).page) == ["Clinic Lale"]


def test_a_list_without_errors_has_none(client: Any, two: None) -> None:
    page = client.get("/clinics?q=&country=&city=&max_price=&sort=price&currency=EUR").page
    assert not page.all("div", role="alert")
    assert names(page) == ["Clinic Lale", "Clinic Wisla"]


def test_a_card_shows_the_price_of_the_procedure_asked_for(client: Any, make_clinic: Make) -> None:
    for name, facial, scalp in (("Clinic Lale", 6000, 30000), ("Clinic Nar", 9000, 10000)):
        clinic = make_clinic(name, low=facial)
        values = {"low": scalp, "high": 2 * scalp, "currency": "EUR", "low_eur": scalp, "listed_on": clock.today()}
        clinic.prices.append(ClinicPrice(procedure_id=procedure_named("scalp").id, **values))
    facets.rebuild()
    page = client.get("/clinics?procedure=scalp&sort=price&currency=EUR").page
    assert names(page) == ["Clinic Nar", "Clinic Lale"]
    assert "€300 to €600" in page.text
    assert "€60 to" not in page.text
    assert names(client.get("/clinics?procedure=scalp&max_price=200&currency=EUR").page) == ["Clinic Nar"]
