"""A clinic answers a patient's message, and sees what it has not read."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.extensions import db
from marketplace.foundation.security import signed_links
from marketplace.leads.actions import answer_question, ask, decline
from marketplace.leads.messages import messages
from marketplace.leads.models import Lead
from marketplace.leads.request_actions import delete_request
from tests.conftest import reader_of
from tests.factories import PASSWORD, Make
from tests.outbox import emails, text_of
from tests.reading import Page, form_fields, words

BODY = "In June, if you like."


@pytest.fixture
def lead(desk: Any, make_lead: Make) -> Lead:
    """The patient has written to the desk's clinic."""
    lead: Lead = make_lead(desk.clinic, name="Ana")
    answer_question(lead, "May I come in June?")
    db.session.commit()
    return lead


def path_of(lead: Lead, way: str = "") -> str:
    return f"/dashboard/leads/{lead.request.ref}{way}"


def reply_form(desk: Any, lead: Lead) -> dict[str, Any]:
    return reply_form_of(desk.get(path_of(lead)).page)


def reply_form_of(page: Page) -> dict[str, Any]:
    return form_fields(next(form for form in page.all("form") if form.get("action", "").endswith("/reply")))


@pytest.fixture
def patient(app: Any, lead: Lead) -> Any:
    """The patient's own browser."""
    browser = reader_of(app)
    link = signed_links.issue("page", subject_id=lead.request_id, lifetime=timedelta(days=7))
    db.session.commit()
    browser.get(f"/q/{signed_links.token_of(link)}")
    browser.home = f"/my/requests/{lead.request.ref}"
    return browser


def test_a_reply_reaches_the_patient_who_sees_it_is_new(desk: Any, lead: Lead, patient: Any) -> None:
    assert desk.post(path_of(lead, "/reply"), data=reply_form(desk, lead) | {"body": BODY}).status_code == 303
    assert "has written to you" in patient.get(patient.home).page.text
    thread = f"{patient.home}/messages/{lead.clinic.slug}"
    patient.head(thread)
    page = patient.get(thread).page
    assert BODY in page.text
    assert page.one("span", data_state="unread") is not None
    assert "has written to you" not in patient.get(patient.home).page.text
    assert "Read by the patient" in desk.get(path_of(lead)).page.text


def test_the_mail_says_that_and_not_what(desk: Any, lead: Lead) -> None:
    desk.post(path_of(lead, "/reply"), data=reply_form(desk, lead) | {"body": BODY})
    (email,) = emails("clinic_wrote")
    assert email.subject == f"A clinic has written to you: {lead.request.ref}"
    assert email.link_path == f"messages/{lead.clinic.slug}"
    assert "June" not in text_of(email)


def test_replies_in_a_row_are_one_mail_until_they_are_read(desk: Any, lead: Lead, patient: Any) -> None:
    for body in ("One", "Two"):
        desk.post(path_of(lead, "/reply"), data=reply_form(desk, lead) | {"body": body})
    assert len(emails("clinic_wrote")) == 1
    patient.get(f"{patient.home}/messages/{lead.clinic.slug}")
    desk.post(path_of(lead, "/reply"), data=reply_form(desk, lead) | {"body": "Three"})
    assert len(emails("clinic_wrote")) == 2


def test_a_form_sent_twice_is_one_reply(desk: Any, lead: Lead) -> None:
    form = reply_form(desk, lead) | {"body": BODY}
    assert [desk.post(path_of(lead, "/reply"), data=form).status_code for _ in range(2)] == [303, 303]
    assert len(messages(lead)) == 2


def test_the_inbox_marks_and_filters_what_is_unread(desk: Any, lead: Lead, make_lead: Make) -> None:
    other = make_lead(desk.clinic, email="b@patient.example").request.ref
    page = desk.get("/dashboard/leads").page
    assert "1 unread message" in page.text
    assert "Ana" in page.text
    only = desk.get("/dashboard/leads?unread=1").page.text
    assert lead.request.ref in only
    assert other not in only
    desk.head(path_of(lead))
    assert "1 unread message" in desk.get("/dashboard/leads").page.text
    assert desk.get(path_of(lead)).page.one("span", data_state="unread") is not None
    assert "Every message is read" in desk.get("/dashboard/leads?unread=1").page.text


def test_the_thread_names_the_colleague(desk: Any, lead: Lead, make_member: Make, app: Any) -> None:
    colleague: Account = make_member(lead.clinic, email="robin@clinic.example")
    db.session.commit()
    browser = reader_of(app)
    browser.post("/account/login", data={"email": colleague.email, "password": PASSWORD})
    browser.post(path_of(lead, "/reply"), data=reply_form(browser, lead) | {"body": BODY})
    whose = [words(item) for item in desk.get(path_of(lead)).page.all("li", class_="message")]
    assert whose[0].startswith("The patient")
    assert whose[1].startswith("Robin")


@pytest.mark.parametrize(
    ("body", "error"), [("", "Enter a message"), ("x" * 1501, "1,500 characters or fewer")], ids=["empty", "long"]
)
def test_a_refused_reply_is_shown_back(desk: Any, lead: Lead, body: str, error: str) -> None:
    answer = desk.post(path_of(lead, "/reply"), data=reply_form(desk, lead) | {"body": body})
    assert answer.status_code == 422
    assert error in answer.page.text
    assert reply_form_of(answer.page)["body"] == [body]


def test_no_reply_without_a_message_of_the_patient(desk: Any, make_lead: Make) -> None:
    fresh = make_lead(desk.clinic, email="c@patient.example")
    ask(fresh, "Which area?")
    db.session.commit()
    assert "Send reply" not in desk.get(path_of(fresh)).page.text
    idem = "0190e5f0-0000-7000-8000-000000000001"
    assert desk.post(path_of(fresh, "/reply"), data={"idem": idem, "body": BODY}).status_code == 409


@pytest.mark.parametrize("end", [lambda lead: decline(lead, "no_dates"), lambda lead: delete_request(lead.request)])
def test_after_the_end_nobody_writes(desk: Any, lead: Lead, patient: Any, end: Any) -> None:
    form = reply_form(desk, lead) | {"body": BODY}
    end(lead)
    db.session.commit()
    assert desk.post(path_of(lead, "/reply"), data=form).status_code == 409
    if lead.state == "declined":
        page = patient.get(f"{patient.home}/messages/{lead.clinic.slug}").page
        assert "takes no more messages" in page.text


def test_a_reply_leaves_the_time_to_answer(desk: Any, lead: Lead) -> None:
    before = lead.due_at
    desk.post(path_of(lead, "/reply"), data=reply_form(desk, lead) | {"body": BODY})
    page = desk.get(path_of(lead)).page
    assert lead.due_at == before
    assert "Reply by" in page.text
    assert "Ask one question" in page.text


def test_the_same_form_with_other_words_is_refused_in_the_clinics_frame(desk: Any, lead: Lead) -> None:
    form = reply_form(desk, lead)
    assert desk.post(path_of(lead, "/reply"), data=form | {"body": BODY}).status_code == 303
    answer = desk.post(path_of(lead, "/reply"), data=form | {"body": "Something else"})
    assert (answer.status_code, answer.page.h1) == (409, "You have sent this form before")
    assert "Something else" in answer.page.text
    assert answer.page.one("a", href="/dashboard/listing") is not None


def test_a_refusal_without_a_lead_is_in_the_clinics_frame(desk: Any) -> None:
    answer = desk.post("/dashboard/listing/pause")
    assert answer.status_code == 303
    answer = desk.post("/dashboard/listing/pause")
    assert (answer.status_code, answer.page.h1) == (409, "This cannot be done now")
    assert answer.page.one("a", href="/dashboard/team") is not None
