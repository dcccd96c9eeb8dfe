"""The first line of a request's page says what its patient needs to do, in every state; clinics stand by need."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from marketplace.aftercare import asking, check_ins, plans
from marketplace.foundation import clock
from marketplace.leads import actions, clocks, request_actions
from marketplace.leads.models import Lead
from marketplace.quotes import choosing, stopping
from marketplace.web.patient.request_access import TRUSTED
from tests.factories import Make, build_quote
from tests.reading import words as words_of
from tests.web.patient.test_request_pages import opened, unconfirmed

SUSPENDED = {"reasons": ["patient_report"], "statement": "Two patients report another price."}


def ask(lead: Lead) -> None:
    actions.ask(lead, "Which area?")


def write(lead: Lead) -> None:
    actions.answer_question(lead, "The face.")
    actions.reply(lead, "Thank you.", by=None)  # type: ignore[arg-type]


def settle(lead: Lead) -> None:
    choosing.choose(build_quote(lead))
    choosing.settle_due(clock.now() + timedelta(hours=49))


def stop_chosen(lead: Lead) -> None:
    choosing.choose(build_quote(lead))
    stopping.suspend(lead.clinic, **SUSPENDED)


# What happens, the line, its section, and what else is said.
CASES: dict[str, tuple[Callable[[Lead], Any], str, str, str]] = {
    "new": (lambda lead: None, "Nothing to do for now", "Waiting for the clinic", "has until"),
    "asked": (ask, "answer the question of Clinic Lale", "Waiting for you", "Without a choice your request ends on"),
    "wrote": (write, "read what Clinic Lale wrote", "Waiting for you", "has written to you"),
    "quoted": (build_quote, "You can read the quote of Clinic Lale", "Quotes", "nothing to decide today"),
    "declined": (lambda lead: actions.decline(lead, "language"), "No clinic that has", "Over", "Add another clinic"),
    "late": (lambda lead: clocks.expire_due(lead.due_at), "No clinic that has", "No quote in time", "in time"),
    "frozen": (
        lambda lead: stopping.suspend(lead.clinic, **SUSPENDED),
        "No clinic that has",
        "Cannot go on",
        "have sus",
    ),
    "chosen": (lambda lead: choosing.choose(build_quote(lead)), "agree the details", "The clinic you chose", "undo"),
    "chosen stopped": (stop_chosen, "read what changed about Clinic Lale", "The clinic you chose", "undo"),
    "settled": (settle, "agree the details with Clinic Lale", "The clinic you chose", "We keep this page until"),
    "paused": (lambda lead: request_actions.pause(lead.request), "while your request is paused", "Waiting", "stands"),
    "closed": (lambda lead: request_actions.close(lead.request), "your request has ended", "Over", "We keep this page"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_line_on_top_and_the_section(client: Any, make_lead: Make, case: str) -> None:
    happens, line, section, more = CASES[case]
    lead = make_lead()
    happens(lead)
    page = client.get(opened(client, lead.request)).page
    titles = ["".join(title.itertext()) for title in page.all("h2")]
    assert line in titles[0]
    assert any(section in title for title in titles)
    assert more in page.text


def test_a_paused_request_is_opened_again_from_its_first_line(client: Any, make_lead: Make) -> None:
    lead = make_lead()
    request_actions.pause(lead.request)
    path = opened(client, lead.request)
    form = client.get(path).page.one("section", class_="next-step").find("form")
    assert form.get("action") == f"{path}/pause"
    client.post(form.get("action"), data={field.get("name"): field.get("value") for field in form.iter("input")})
    assert lead.request.state == "open"


def test_the_end_is_told_by_the_patients_clock(client: Any, make_lead: Make) -> None:
    lead = make_lead(home_country="JP")
    request_actions.pause(lead.request)
    ends = request_actions.open_until(lead.request).astimezone(ZoneInfo("Asia/Tokyo"))
    line = words_of(client.get(opened(client, lead.request)).page.one("section", class_="next-step"))
    assert f"ends on {ends.day} {ends:%B %Y} at {ends:%H:%M} (Tokyo)" in line


def test_after_the_first_session_it_leads_to_the_check_in(client: Any, make_lead: Make) -> None:
    lead = make_lead()
    choosing.choose(build_quote(lead))
    path = opened(client, lead.request)
    plans.set_first_session(lead.request, clock.today())
    page = client.get(path).page
    assert "".join(page.all("h2")[0].itertext()) == "Nothing to do for now"
    assert "We ask you how it is on" in page.text
    asking.ask_due(clock.now() + timedelta(days=15))
    assert "".join(client.get(path).page.all("h2")[0].itertext()) == "You can say how it is, with one tap"


@pytest.mark.parametrize(("ahead", "is_said"), [(1, True), (0, False)])
def test_what_to_agree_is_said_until_the_first_session(client: Any, make_lead: Make, ahead: int, is_said: bool) -> None:
    lead = make_lead()
    choosing.choose(build_quote(lead))
    plans.set_first_session(lead.request, clock.today() + timedelta(days=ahead))
    text = client.get(opened(client, lead.request)).page.text
    for words in ("You have not booked or paid anything here", "Confirm in writing before you pay"):
        assert (words in text) == is_said
    assert "You chose Clinic Lale" in text


@pytest.fixture
def told(make_lead: Make) -> Lead:
    """A lead whose patient was asked how it is, and answered with a sign to have looked at."""
    lead: Lead = make_lead()
    choosing.choose(build_quote(lead))
    plans.set_first_session(lead.request, clock.today())
    asking.ask_due(clock.now() + timedelta(days=15))
    check_ins.answer(check_ins.check_in_of(lead.request, 2), "lump")
    return lead


def test_after_a_sign_it_leads_back_to_the_advice(client: Any, told: Lead) -> None:
    path = opened(client, told.request)
    page = client.get(path).page
    assert "".join(page.all("h2")[0].itertext()) == "You told us of a sign to have looked at"
    assert f"{path}/after/2" in [link.get("href") for link in page.all("a")]
    assert "lump" not in page.text
    assert "See a doctor about it" in client.get(f"{path}/after/2").page.text
    check_ins.answer(check_ins.check_in_of(told.request, 2), "fine")
    assert "".join(client.get(path).page.all("h2")[0].itertext()) == "Nothing to do for now"


@pytest.mark.parametrize("answer", ["lump", "fine"])
def test_a_browser_that_may_not_show_the_answer_leads_to_where_it_opens(client: Any, told: Lead, answer: str) -> None:
    check_ins.answer(check_ins.check_in_of(told.request, 2), answer)
    path = opened(client, told.request)
    with client.session_transaction() as session:
        session.pop(TRUSTED, None)
    page = client.get(path).page
    step = page.one("section", aria_labelledby="next-step")
    assert " ".join("".join(step.itertext()).split()).startswith("What you told us after your session is closed")
    assert [link.get("href") for link in step.iter("a")] == [f"{path}/open"]
    assert step.get("class") == "next-step"  # of a sign, too: a mark would tell it
    assert "sign to have looked at" not in page.text


def test_an_unconfirmed_request_says_where_the_button_is(client: Any, make_clinic: Make, make_draft: Make) -> None:
    request = unconfirmed(make_clinic, make_draft)
    with client.session_transaction() as session:
        session["requests"] = {request.ref: (clock.now() + timedelta(days=1)).isoformat()}
    page = client.get(f"/my/requests/{request.ref}").page
    assert "press the button in our email" in "".join(page.all("h2")[0].itertext())


def test_a_clinic_that_may_go_on_again_says_since_when(client: Any, make_lead: Make) -> None:
    lead = make_lead()
    path = opened(client, lead.request)
    stopping.suspend(lead.clinic, **SUSPENDED)
    assert "goes on since" not in client.get(path).page.text
    stopping.reinstate(lead.clinic)
    assert "It goes on since" in client.get(path).page.text


def test_messages_stand_as_a_thread_with_the_state_of_the_question(client: Any, make_lead: Make) -> None:
    lead = make_lead()
    lead.clinic.reply_minutes = 180
    ask(lead)
    path = f"{opened(client, lead.request)}/messages/{lead.clinic.slug}"
    page = client.get(path).page
    (item,) = [item for item in page.all("li") if "Which area?" in "".join(item.itertext())]
    assert item.get("class") == "clinic open"
    for words in ("Open question", "usually replies in 3 hours", "(London)", "(Istanbul)"):
        assert words in page.text
    actions.answer_question(lead, "The face.")
    page = client.get(path).page
    assert "Open question" not in page.text
    assert "It has until" in page.text
