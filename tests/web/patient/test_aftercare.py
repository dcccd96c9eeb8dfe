"""After the first session, on a patient's pages: the day, one tap, what to do now, and telling the clinic."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.aftercare import asking, check_ins, plans, problems
from marketplace.foundation import clock
from marketplace.leads.messages import messages
from marketplace.leads.models import Lead
from tests.aftercare.conftest import build_settled
from tests.factories import Make, build_member
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def lead(make_quote: Make) -> Lead:
    """Treated two weeks and a day ago, and asked how it is."""
    lead = build_settled()
    lead.request.chosen_at = clock.now() - timedelta(days=20)
    plans.set_first_session(lead.request, clock.today() - timedelta(days=15))
    asking.ask_due(clock.now())
    return lead


@pytest.fixture
def page(client: Any, lead: Lead) -> str:
    return opened(client, lead.request) + "/after/2"


def test_the_day_is_named_changed_and_stopped(client: Any, make_quote: Make) -> None:
    lead = build_settled(aftercare=False)
    base = opened(client, lead.request)
    assert client.get(base).page.one("a", href=f"{base}/after") is not None
    for ahead in (3, 5):
        day = clock.today() + timedelta(days=ahead)
        assert client.post(base + "/after", data={"first_session_on": day.isoformat()}).status_code == 303
        first = check_ins.check_in_of(lead.request, 2)
        assert first.due_at.date() == day + timedelta(weeks=2)
    client.post(base + "/after/stop")
    assert "You stopped the questions" in client.get(base + "/after").page.text


@pytest.mark.parametrize("typed", ["", "soon", "1999-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_is_said_beside_the_field(client: Any, lead: Lead, typed: str) -> None:
    answer = client.post(opened(client, lead.request) + "/after", data={"first_session_on": typed})
    assert answer.status_code == 422
    assert answer.page.one("input", id="first_session_on").get("aria-invalid") == "true"


def test_nobody_who_chose_no_clinic_is_asked(client: Any, make_request: Make) -> None:
    assert client.get(opened(client, make_request()) + "/after").status_code == 409


def test_each_answer_is_one_button(client: Any, page: str) -> None:
    buttons = client.get(page).page.all("button", name="answer")
    assert [button.get("value") for button in buttons] == ["fine", "fading", "lump", "spreading", "pain"]


@pytest.mark.parametrize(("answer", "heading"), [("fine", "Thank you"), ("lump", "See a doctor")])
def test_what_to_do_now_is_the_text_about_aftercare(client: Any, page: str, answer: str, heading: str) -> None:
    assert client.post(page, data={"answer": answer}).status_code == 303
    shown = client.get(page).page
    assert shown.h1.startswith(heading)
    assert ("even weeks later" in shown.text) == (answer == "lump")
    assert ("Was the price kept?" in shown.text) == (answer == "fine")
    assert "emergency number" in shown.text
    assert "Not signed off by a clinician" in shown.text


def test_an_answer_that_is_no_answer_is_refused(client: Any, page: str) -> None:
    assert client.post(page, data={"answer": "other"}).status_code == 422


def test_an_old_link_shows_no_earlier_answer(app: Any, client: Any, lead: Lead, page: str) -> None:
    client.post(page, data={"answer": "lump"})
    with clock.set_to(clock.now() + timedelta(hours=1)):
        other = app.test_client()
    path = opened(other, lead.request)
    with other.session_transaction() as session:
        session.pop("known", None)
    text = other.get(path + "/after/2").page.text
    assert "You tapped" not in text
    assert "how is it?" in text


def test_the_clinic_gets_the_message_alone(client: Any, lead: Lead, page: str) -> None:
    client.post(page, data={"answer": "pain"})
    shown = client.get(page).page
    fields = shown.fields() | {"body": ["It grows since Monday"]}
    assert client.post(page + "/tell", data=fields).status_code == 303
    assert [said.body for said in messages(lead)] == ["It grows since Monday"]
    assert "is asked to answer by" in client.get(page).page.text


def test_an_empty_message_is_not_sent(client: Any, lead: Lead, page: str) -> None:
    client.post(page, data={"answer": "pain"})
    fields = client.get(page).page.fields() | {"body": [""]}
    assert client.post(page + "/tell", data=fields).status_code == 422
    assert messages(lead) == []


def test_the_clinic_sees_the_clock_and_answers_in_the_thread(client: Any, lead: Lead, sign_in: Any) -> None:
    problems.tell(lead, "A lump")
    desk = sign_in(build_member(lead.clinic))
    path = f"/dashboard/leads/{lead.request.ref}"
    shown = desk.get(path).page
    assert "Your patient asks for an answer" in shown.text
    form = next(f for f in shown.all("form") if (f.get("action") or "").endswith("/reply"))
    idem = next(i.get("value") for i in form.iter("input") if i.get("name") == "idem")
    assert desk.post(path + "/reply", data={"body": "Come in", "idem": idem}).status_code == 303
    assert "Your patient asks for an answer" not in desk.get(path).page.text
    assert problems.open_problem(lead) is None
