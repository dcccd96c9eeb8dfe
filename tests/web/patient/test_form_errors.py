"""Each refused answer: 422, its exact words beside the field and in the summary, and nothing lost."""

from typing import Any

import pytest

from marketplace.web.patient.form import choices
from marketplace.words.request import TIMINGS
from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import answer, answer_until

BUDGET = "Enter your budget as a whole number, like 900"
NAME = "Enter the name you want clinics to use"
EMAIL = "Enter an email address in the correct format, like name@example.com"
PHONE = "Enter a phone number with its country code, like +44 20 7946 0958"
REACHABLE = "Leave out phone numbers and addresses: clinics get them when you choose one, and no sooner"
READ_BY_ALL = "Take phone numbers and addresses out of your questions: every clinic you tick reads them"
NOTHING: dict[str, Any] = {"procedure": "", "home_country": "", "destinations": [], "timing": "", "trips": ""}
ERRORS = [
    ("treatment", NOTHING, ["Select what you would like help with"]),
    ("treatment", {"procedure": "fat"}, ["Select what you would like help with"]),
    (
        "where",
        NOTHING,
        ["Select the country you live in", 'Select at least one country, or "Anywhere"'],
    ),
    ("where", {"home_country": "XX"}, ["Select the country you live in"]),
    ("where", {"destinations": ["XX"]}, ['Select at least one country, or "Anywhere"']),
    ("when", NOTHING, ["Select when you could travel", "Select how many trips you could make"]),
    ("when", {"trips": "9"}, ["Select how many trips you could make"]),
    ("budget", {"amount": "about 900"}, [BUDGET]),
    ("budget", {"amount": "900.50"}, [BUDGET]),
    ("budget", {"amount": "0"}, [BUDGET]),
    ("budget", {"amount": "-5"}, [BUDGET]),
    ("budget", {"amount": "0.900"}, ["0.900 could be 900 or 0.90: write 900 or 0.90"]),
    ("budget", {"amount": "1500.5", "currency": "JPY"}, [BUDGET]),
    ("budget", {"amount": "€900", "currency": "GBP"}, ["Write an amount in GBP, not in €"]),
    ("budget", {"currency": "XXX"}, ["Select a currency"]),
    ("health", {"conditions": []}, ['Select what applies to you, or select "None of these"']),
    (
        "health",
        {"conditions": ["none", "allergy"]},
        ['You selected "None of these" and another answer: choose one'],
    ),
    ("health", {"details": "a" * 1001}, ["Enter 1000 characters or fewer"]),
    ("you", {"name": " "}, [NAME]),
    ("you", {"email": "ana"}, [EMAIL]),
    ("you", {"email": ""}, [EMAIL]),
    ("you", {"email": "zoë@patient.example"}, [EMAIL]),
    ("you", {"languages": []}, ["Select at least one language"]),
    ("you", {"phone": "12"}, [PHONE]),
    ("you", {"questions": "1\n2\n3\n4\n5\n6"}, ["Enter no more than 5 questions, one a line"]),
    ("you", {"questions": "a" * 201}, ["Each question must be 200 characters or fewer"]),
    *(("you", {"name": unseen * 2}, [NAME]) for unseen in ("\u200b", "\u2060", "\ufeff", "\u00ad", "\u3164")),
    *(("you", {"phone": number}, [PHONE]) for number in ("0000000000", "+44 0000000000", "112", "+49 111111111111")),
    ("you", {"name": "Ana \u202emoc.live@ana"}, ["Remove the characters that cannot be shown"]),
    *(("you", {"name": text}, [REACHABLE]) for text in ("ada@home.example", "Ada +447700900123", "Ada on WhatsApp")),
    ("you", {"questions": "Which product?\nCall me: +44 20 7946 0958"}, [READ_BY_ALL]),
    ("you", {"name": "A\x00na"}, ["Remove the characters that cannot be shown"]),
]


ERRORS += [("when", changes, expected) for step, changes, expected in ERRORS if step == "budget"]


@pytest.mark.parametrize(("step", "changes", "expected"), ERRORS)
def test_a_refused_answer_says_how_to_mend_it(
    client: Any, step: str, changes: dict[str, Any], expected: list[str]
) -> None:
    answer_until(client, step)
    refused = answer(client, step, **changes)
    assert refused.status_code == 422
    assert errors_of(refused.page) == expected
    summary = words(refused.page.one("div", role="alert"))
    assert all(text in summary for text in expected)


def errors_of(page: Any) -> list[str]:
    """The texts beside the fields; each is joined to its field."""
    found = page.all("p", class_="error")
    described = {name for e in page.root.iter() for name in (e.get("aria-describedby") or "").split()}
    assert {error.get("id") for error in found} <= described
    return [words(error).removeprefix("Error: ") for error in found]


def test_the_months_must_be_in_order(client: Any) -> None:
    answer_until(client, "when")
    months = client.get("/get-quotes/when").page.one("select", name="month_from")
    earlier, later = [option.get("value") for option in months.iter("option")][1:3]
    refused = answer(client, "when", timing="later", month_from=later, month_to=earlier)
    assert errors_of(refused.page) == ["The latest month must be the same as or after the earliest month"]


def test_the_summary_leads_to_the_field(client: Any) -> None:
    answer_until(client, "treatment")
    page = answer(client, "treatment", procedure="").page
    link = next(page.one("div", role="alert").iter("a"))
    assert page.one("input", id=(link.get("href") or "").lstrip("#")).get("name") == "procedure"


def test_what_was_typed_is_shown_again(client: Any) -> None:
    answer_until(client, "you")
    typed = {"name": "Ana María", "email": "ana@", "phone": "12", "questions": "Which product?"}
    sent = answer(client, "you", **typed).page.fields()
    assert {name: sent[name] for name in typed} == {name: [value] for name, value in typed.items()}


def test_what_was_right_is_there_after_a_reload_and_what_was_not_is_asked_for(client: Any) -> None:
    answer_until(client, "you")
    answer(client, "you", name="Ana María", email="ana@", phone="+44 20 7946 0958", languages=["de"])
    kept = client.get("/get-quotes/you").page.fields()
    assert (kept["name"], kept["email"], kept["languages"]) == (["Ana María"], [""], ["de"])
    assert kept["phone"] == ["+442079460958"]
    assert client.get("/get-quotes/clinics").headers["Location"] == "/get-quotes/you"


@pytest.mark.parametrize("changes", [{"name": ""}, {"email": "ana@"}, {"languages": []}])
def test_a_refused_answer_leaves_the_one_before(client: Any, changes: dict[str, Any]) -> None:
    answer_until(client, "clinics")
    before = client.get("/get-quotes/you").page.fields()
    assert answer(client, "you", **changes).status_code == 422
    assert client.get("/get-quotes/you").page.fields() == before
    assert client.get("/get-quotes/clinics").status_code == 200


def test_no_clinic_and_too_many_clinics_are_refused(client: Any, make_clinic: Make) -> None:
    make_clinic()
    answer_until(client, "clinics")
    refused = answer(client, "clinics", clinics=[])
    assert (refused.status_code, errors_of(refused.page)) == (422, ["Select at least one clinic"])
    many = answer(client, "clinics", clinics=[f"clinic-{n}" for n in range(6)])
    assert errors_of(many.page) == ["Select no more than 5 clinics"]
    unknown = answer(client, "clinics", clinics=["another-clinic"])
    assert errors_of(unknown.page) == ["Select at least one clinic"]


def month(ahead: int) -> str:
    return choices.month_ahead(ahead)


@pytest.mark.parametrize(("timing", "ahead"), [("month", 2), ("month", 17), ("quarter", 4)])
def test_a_month_after_the_time_that_was_said_is_refused(client: Any, timing: str, ahead: int) -> None:
    answer_until(client, "when")
    refused = answer(client, "when", timing=timing, month_from=month(ahead), month_to=month(ahead))
    assert refused.status_code == 422
    assert errors_of(refused.page) == [
        f'You said "{TIMINGS.form[timing]}". Select an earlier month, or "Later" above',
    ]


@pytest.mark.parametrize(("timing", "ahead"), [("month", 1), ("quarter", 3), ("later", 17), ("unknown", 17)])
def test_a_month_that_agrees_is_taken(client: Any, timing: str, ahead: int) -> None:
    answer_until(client, "when")
    assert answer(client, "when", timing=timing, month_from=month(ahead), month_to="").status_code == 303


@pytest.mark.parametrize("off", ["2019-01", "2999-12", "2027-13", "May"])
def test_a_month_off_the_list_is_refused(client: Any, off: str) -> None:
    answer_until(client, "when")
    refused = answer(client, "when", timing="later", month_to=off)
    assert refused.status_code == 422
    assert errors_of(refused.page) == ["Select a month from the list"]


@pytest.mark.parametrize("question", ["Can I reach you on WhatsApp?", "Is it 4 x 110 EUR, or 400?", "Dr O'Neil (2)?"])
def test_a_question_about_a_messenger_or_a_sum_is_sent(client: Any, question: str) -> None:
    answer_until(client, "you")
    assert answer(client, "you", questions=question, phone="+44 20 7946 0958 ext 5").status_code == 303
    assert "+442079460958 ext. 5" in client.get("/get-quotes/you").page.one("input", name="phone").get("value", "")
