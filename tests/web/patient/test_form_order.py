"""The order of the questions: one after the other, no jumping ahead, back to the answers after a change."""

from typing import Any

import pytest

from marketplace.clinics.facets import rebuild
from marketplace.quote_requests.drafts import BESIDE, STEPS
from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import ANSWERS, answer, answer_until, begin, reach_check

PAGES = [*STEPS, *BESIDE, "pause", "sent"]
MEANT = {
    "pregnancy": "until after pregnancy and breastfeeding",
    "breastfeeding": "until after pregnancy and breastfeeding",
    "infection": "see a doctor",
    "allergy": "full ingredient list and a patch test",
    "skin_condition": "Speak to the doctor who looks after your skin",
    "blood_thinner": "Do not stop or change your medicine for this treatment.",
}


def test_the_start_asks_and_stores_nothing(client: Any) -> None:
    page = client.get("/get-quotes?treatment=mesotherapy&country=tr&clinic=clinic-lale").page
    assert page.h1 == "What would you like help with?"
    came_from = {"treatment": ["mesotherapy"], "country": ["tr"], "clinic": ["clinic-lale"]}
    assert page.fields() == {**came_from, "change": [""]}
    assert client.get_cookie("sid") is None


@pytest.mark.parametrize("step", PAGES)
def test_without_a_draft_every_page_leads_to_the_start(client: Any, step: str) -> None:
    gone = client.get(f"/get-quotes/{step}")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/get-quotes")


@pytest.mark.parametrize("step", [*STEPS[1:], *BESIDE, "pause"])
def test_jumping_ahead_leads_to_the_first_missing_answer(client: Any, step: str) -> None:
    begin(client)
    ahead = client.get(f"/get-quotes/{step}")
    assert (ahead.status_code, ahead.headers["Location"]) == (303, "/get-quotes/treatment")


def test_each_answer_leads_to_the_next_question(client: Any) -> None:
    assert begin(client).headers["Location"] == "/get-quotes/treatment"
    for step in ANSWERS:
        following = STEPS[STEPS.index(step) + 1]
        assert answer(client, step).headers["Location"] == f"/get-quotes/{following}"


def test_answers_are_shown_when_coming_back(client: Any) -> None:
    answer_until(client, "clinics")
    for step, given in ANSWERS.items():
        shown = client.get(f"/get-quotes/{step}").page.fields()
        for name, value in given.items():
            assert shown[name] == (value if isinstance(value, list) else [value])


def test_back_leads_to_the_question_before(client: Any) -> None:
    answer_until(client, "when")
    back = client.get("/get-quotes/when").page.one("nav", class_="back")
    assert next(back.iter("a")).get("href") == "/get-quotes/where"


def test_a_country_come_from_is_ticked(client: Any) -> None:
    begin(client, country="pl")
    answer(client, "treatment")
    assert client.get("/get-quotes/where").page.fields()["destinations"] == ["PL"]


def test_the_currency_of_home_is_suggested(client: Any) -> None:
    answer_until(client, "when", where={"home_country": "SE"})
    assert client.get("/get-quotes/when").page.fields()["currency"] == ["SEK"]


def test_anywhere_stands_for_every_country(client: Any) -> None:
    answer_until(client, "when", where={"destinations": ["any"]})
    assert client.get("/get-quotes/where").page.fields()["destinations"] == ["any"]


@pytest.mark.parametrize(("condition", "meaning"), MEANT.items())
def test_an_answer_with_a_meaning_leads_to_it(client: Any, condition: str, meaning: str) -> None:
    answer_until(client, "health")
    assert answer(client, "health", conditions=[condition]).headers["Location"] == "/get-quotes/pause"
    page = client.get("/get-quotes/pause").page
    assert meaning in page.text
    links = {words(link): link.get("href") for link in page.one("main").iter("a")}
    assert links["Continue"] == "/get-quotes/you"
    assert links["Ask for quotes for a later date"] == "/get-quotes/when?change=1"


@pytest.mark.parametrize("condition", ["unsure", "tell_clinic", "none"])
def test_the_other_answers_have_no_pause(client: Any, condition: str) -> None:
    answer_until(client, "health")
    assert answer(client, "health", conditions=[condition]).headers["Location"] == "/get-quotes/you"
    assert client.get("/get-quotes/pause").headers["Location"] == "/get-quotes/you"


def test_a_change_returns_to_the_answers(client: Any, make_clinic: Make) -> None:
    first, second = make_clinic("Clinic Lale"), make_clinic("Clinic Nar")
    reach_check(client, first.slug)
    fields = client.get("/get-quotes/clinics?change=1").page.fields()
    assert fields == {"change": ["1"], "clinics": [first.slug]}
    changed = answer(client, "clinics", change="1", clinics=[second.slug])
    assert changed.headers["Location"] == "/get-quotes/check"
    assert "Clinic Nar, Türkiye" in client.get("/get-quotes/check").page.text


def test_a_change_of_who_is_eligible_asks_for_the_clinics_again(client: Any, make_clinic: Make) -> None:
    reach_check(client, make_clinic().slug)
    changed = answer(client, "where", change="1", destinations=["PL"])
    assert changed.headers["Location"] == "/get-quotes/clinics"
    assert "clinics" not in client.get("/get-quotes/clinics").page.fields()


def test_whatever_a_published_clinic_speaks_can_be_chosen(client: Any, make_clinic: Make) -> None:
    make_clinic(languages=["ja", "mr"])
    rebuild()
    answer_until(client, "you")
    values = {box.get("value") for box in client.get("/get-quotes/you").page.all("input", name="languages")}
    assert {"ja", "mr"} <= values
