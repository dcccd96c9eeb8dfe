"""The home country chosen on one page holds on the next ones, and in the form; nobody else is given it."""

from typing import Any

import pytest

from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import answer, begin
from tests.web.patient.test_request_pages import opened
from tests.web.public.test_cost_totals import COST

TURKEY = "/treatments/mesotherapy/turkey"


def home_of(client: Any, path: str = TURKEY) -> tuple[str, str]:
    """Returns the home and the currency that a page's form shows."""
    page = client.get(path).page
    chosen = [page.one("select", name=name).find("option[@selected]") for name in ("home", "currency")]
    return chosen[0].get("value"), chosen[1].get("value")


@pytest.mark.parametrize("path", ["/?home=de", f"{TURKEY}?home=de", COST + "home=de"])
def test_it_holds_on_the_next_page_and_so_does_its_currency(client: Any, path: str) -> None:
    assert home_of(client) == ("gb", "GBP")
    client.get(path)
    assert home_of(client) == ("de", "EUR")
    client.get("/?home=us")
    assert home_of(client) == ("us", "USD")


def test_a_clinic_counts_from_it(client: Any, make_clinic: Make) -> None:
    path = f"/clinic/{make_clinic().slug}"
    client.get("/?home=de")
    assert "from Germany" in client.get(path).page.text
    client.get(f"{path}?home=se")
    assert "We count from Sweden" in client.get("/").page.text


def test_a_currency_of_ones_own_holds_wherever_one_lives(client: Any) -> None:
    client.get(COST + "home=de&currency=USD")
    client.get("/?home=gb")
    assert home_of(client) == ("gb", "USD")
    client.get(COST + "home=gb&currency=GBP")
    client.get("/?home=de")
    assert home_of(client) == ("de", "EUR")


@pytest.mark.parametrize(("figure", "currency"), [("", "EUR"), ("&fare=90&fare_was=100", "GBP"), ("&own=900", "GBP")])
def test_a_currency_left_as_it_was_follows_unless_amounts_are_in_it(client: Any, figure: str, currency: str) -> None:
    path = COST + "home_was=gb&home=de&currency=GBP" + figure
    assert home_of(client, path) == home_of(client) == ("de", currency)


def test_it_is_selected_in_the_form_which_says_so(client: Any) -> None:
    client.get("/?home=de")
    begin(client)
    answer(client, "treatment")
    page = client.get("/get-quotes/where").page
    assert page.fields()["home_country"] == ["DE"]
    assert "Chosen on the pages before" in page.text


@pytest.mark.parametrize(("languages", "home"), [("de-CH,de;q=0.8", "CH"), ("en", ""), ("xx-ZZ", "")])
def test_where_nobody_chose_it_is_that_of_the_browser_and_said_so(client: Any, languages: str, home: str) -> None:
    client.get("/")
    begin(client)
    answer(client, "treatment")
    page = client.get("/get-quotes/where", headers={"Accept-Language": languages}).page
    assert page.fields()["home_country"] == [home]
    said = "Taken from your browser: change it if it is wrong. Pages have counted from the United Kingdom so far."
    assert (said in page.text) == bool(home)
    assert "Chosen on the pages before" not in page.text


def test_pages_count_from_the_home_given_in_the_form(client: Any) -> None:
    begin(client)
    answer(client, "treatment")
    answer(client, "where", home_country="SE")
    assert home_of(client)[0] == "se"


def test_a_page_says_from_where_it_counts_and_leads_to_the_change_and_back(client: Any) -> None:
    page = client.get(f"{TURKEY}?home=de&sessions=3").page
    (link,) = (each for each in page.all("a") if words(each) == "Change where you live")
    assert "We count from Germany" in page.text
    form = client.get(link.get("href")).page.fields()
    assert form["home"] == ["DE"]
    saved = client.post("/preferences", data={**form, "home": "FR", "currency": "EUR"})
    assert saved.location == f"{TURKEY}?sessions=3"
    assert home_of(client, saved.location) == ("fr", "EUR")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "evil"])
def test_preferences_lead_to_no_other_site(client: Any, elsewhere: str) -> None:
    page = client.get("/preferences", query_string={"next": elsewhere}).page
    assert page.all("input", name="next") == []


def test_the_page_that_keeps_it_is_in_no_cache_and_nobody_else_is_given_it(app: Any, client: Any) -> None:
    kept = client.get("/?home=de")
    assert kept.headers["Cache-Control"] == "no-store"
    assert "Max-Age" not in kept.headers["Set-Cookie"]
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/?home=zz").headers.getlist("Set-Cookie") == []
    other = app.test_client().get("/")
    assert "public" in other.headers["Cache-Control"]


def test_pages_count_from_the_home_of_ones_request_until_another_is_chosen(client: Any, make_request: Make) -> None:
    own_page = opened(client, make_request(home_country="DE"))
    client.get(own_page)
    assert home_of(client) == ("de", "EUR")
    client.get("/?home=us")
    client.get(own_page)
    assert home_of(client) == ("us", "USD")
