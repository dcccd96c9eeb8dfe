"""What may be left out stands beside the questions: a page that asks for it leads back into their order."""

from typing import Any

import pytest

from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import answer, answer_until, reach_check


@pytest.mark.parametrize(("step", "onward"), [("budget", "health"), ("photos", "you")])
def test_it_leads_on_and_back(client: Any, step: str, onward: str) -> None:
    answer_until(client, onward)
    assert "Optional" in client.get(f"/get-quotes/{step}").page.text
    assert answer(client, step, onward="1").location == f"/get-quotes/{onward}"


def test_health_leads_to_the_photos_where_they_are_wanted(client: Any) -> None:
    answer_until(client, "health")
    page = client.get("/get-quotes/health").page
    assert [words(button) for button in page.one("main").iter("button")] == ["Continue", "Continue and add photos"]
    assert answer(client, "health", add_photos="1").location == "/get-quotes/photos"
    told = answer(client, "health", conditions=["allergy"], add_photos="1").location
    onward = {words(link): link.get("href") for link in client.get(told).page.one("main").iter("a")}
    assert onward["Continue"] == "/get-quotes/photos"


def test_a_time_sent_without_a_budget_leaves_it_as_it_is(client: Any) -> None:
    answer_until(client, "when")
    answer(client, "when", amount="900", share_budget="y")
    assert client.post("/get-quotes/when", data={"timing": "month", "trips": "1"}).location == "/get-quotes/health"
    fields = client.get("/get-quotes/when").page.fields()
    assert (fields["amount"], fields["share_budget"], fields["timing"]) == (["900"], ["y"], ["month"])


def test_each_answer_is_changed_by_itself_from_the_last_page(client: Any, make_clinic: Make) -> None:
    reach_check(client, make_clinic().slug)
    links = {link.get("href") for link in client.get("/get-quotes/check").page.one("main").iter("a")}
    assert {"/get-quotes/budget?change=1", "/get-quotes/photos?change=1", "/get-quotes/when?change=1"} <= links
    assert answer(client, "budget", change="1", amount="900").location == "/get-quotes/check"


def test_what_is_not_known_yet_is_selected_and_nothing_else(client: Any) -> None:
    answer_until(client, "when")
    fields = client.get("/get-quotes/when").page.fields()
    assert (fields["timing"], fields["trips"]) == (["unknown"], ["unknown"])
    assert "share_budget" not in fields
    answer(client, "when")
    assert "conditions" not in client.get("/get-quotes/health").page.fields()


def test_only_later_months_are_offered(client: Any) -> None:
    answer_until(client, "when")
    months = client.get("/get-quotes/when").page.one("select", name="month_from")
    offered = [option.get("value") for option in months.iter("option")]
    assert offered[0] == ""
    assert answer(client, "when", timing="quarter", month_from=offered[2]).status_code == 422
    assert answer(client, "when", timing="later", month_from=offered[2]).status_code == 303


def test_who_is_not_sure_is_shown_what_to_ask(client: Any) -> None:
    answer_until(client, "health")
    assert "Ask the clinic for the full ingredient list" in client.get("/get-quotes/health").page.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"clinic": "nope"}, "We have no clinic with the name in this address"),
        ({"country": "zz"}, "We list no clinics in the country in this address"),
        ({"treatment": "zz"}, "We have no treatment with the name in this address"),
    ],
)
def test_what_an_address_names_wrongly_is_said(client: Any, given: dict[str, str], said: str) -> None:
    page = client.get("/get-quotes", query_string=given).page
    assert said in page.text
    refused = client.post("/get-quotes/treatment", data={**page.fields(), "procedure": ""})
    assert (refused.status_code, said in refused.page.text) == (422, True)
    assert client.post("/get-quotes/treatment", data={**page.fields(), "procedure": "facial"}).status_code == 303


@pytest.mark.parametrize("home", [{"home": "SE"}, {"home": "GB", "visit_home": "SE"}])
def test_a_home_chosen_elsewhere_is_selected(client: Any, home: dict[str, str]) -> None:
    for name, value in home.items():
        client.set_cookie(name, value)
    answer_until(client, "where")
    assert client.get("/get-quotes/where").page.fields()["home_country"] == ["SE"]


def test_two_concerns_of_one_procedure_are_told_apart(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic(offers=("mesoglow",))
    reach_check(client, clinic.slug, treatment={"procedure": "fine-lines-mesolift"})
    text = client.get("/get-quotes/check").page.text
    assert "Fine lines, with mesolift" in text
    assert client.get("/get-quotes/treatment").page.fields()["procedure"] == ["fine-lines-mesolift"]
    answer(client, "treatment", procedure="mesoglow")
    assert client.get("/get-quotes/treatment").page.fields()["procedure"] == ["mesoglow"]
