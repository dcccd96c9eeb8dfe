"""The filters of the list of clinics: used, or shown back with what is wrong; prices are those that were asked for."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from marketplace.clinics import facets, search
from marketplace.clinics.models import ClinicPrice
from marketplace.foundation import clock
from marketplace.web.public import clinic_filters
from marketplace.web.public.clinic_filters import PLACES, ClinicsForm
from tests.factories import Make, procedure_named
from tests.second_treatment import load_second


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


def test_a_country_may_be_named_as_in_its_path(client: Any, two: None) -> None:
    page = client.get("/clinics?country=poland").page
    assert names(page) == ["Clinic Wisla"]
    assert "is not on the list" not in page.text


BAD = [
    ("max_price", "abc", "enter an amount, like 150 or 150.50"),
    ("max_price", "£100", "write an amount in EUR, not in £"),
    ("max_price", "0.900", "0.900 could be 900 or 0.90"),
    ("max_price", "0", "enter an amount above 0"),
    ("page", "abc", "enter a whole number"),
    ("page", "7", "There is no page 7. This is page 1, the last"),
    ("page", "41", "enter a whole number from 1 to 40"),
    ("after", "x", "this is no place in the list"),
    ("before", "AAAA", "this is no place in the list"),
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


def test_the_cities_with_the_most_clinics_are_offered_and_the_chosen_one(
    client: Any, two: None, make_clinic: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clinic_filters, "MAX_CITIES", 1)
    make_clinic("Clinic Nar")
    facets.rebuild()

    def offered(address: str) -> set[str | None]:
        return {option.get("value") for option in client.get(address).page.one("select", name="city").iter("option")}

    assert offered("/clinics") == {"", "Istanbul"}
    assert "Find another one by its name above" in client.get("/clinics").page.text
    assert "Find another one by its name above" not in client.get("/clinics?country=pl").page.text
    assert offered("/clinics?city=Kraków") == {"", "Istanbul", "Kraków"}
    assert offered("/clinics?country=pl") == {"", "Kraków"}


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


# A value of each field that both clinics have; a new one needs its own.
FILLED = {
    "q": "clinic",
    "country": "tr",
    "city": "Istanbul",
    "treatment": "mesotherapy",
    "procedure": "facial",
    "language": "en",
    "max_price": "100",
    "currency": "EUR",
    "sort": "name",
}


@pytest.fixture
def filled(app: Flask, client: Any, make_clinic: Make, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The first of two pages of the list, asked for with every field of its form."""
    monkeypatch.setitem(app.config, "CONTENT_FOLDERS", ())
    load_second(app)
    for name in ("Clinic Lale", "Clinic Nar"):
        make_clinic(name, languages=["en"], low=6000)
    facets.rebuild()
    monkeypatch.setattr(search, "PAGE", 1)
    return client.get("/clinics", query_string=FILLED).page


def queries_of(parts: list[Any]) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(link.get("href")).query)) for part in parts for link in part.iter("a")]


def test_every_condition_has_its_field(app: Flask) -> None:
    with app.test_request_context():
        form = ClinicsForm()
    assert set(form.filters) == set(search.CONDITIONS)
    assert set(form._fields) == {*FILLED, *PLACES}


def test_another_page_keeps_every_field(filled: Any) -> None:
    (after,) = [query for query in queries_of(filled.all("nav")) if "after" in query]
    assert {name: text for name, text in after.items() if name != "after"} == FILLED


def test_every_condition_has_its_words_on_a_chip(filled: Any) -> None:
    texts = ["“clinic”", "Türkiye", "Istanbul", "Mesotherapy", "offers ", "speaks English", "up to €100"]
    assert all(any(text in chip for chip in chips(filled)) for text in texts), chips(filled)


@pytest.mark.parametrize("name", search.CONDITIONS)
def test_removing_a_condition_keeps_every_other_field(filled: Any, name: str) -> None:
    assert {key: FILLED[key] for key in FILLED if key != name} in queries_of(filled.all("ul", class_="chips"))
