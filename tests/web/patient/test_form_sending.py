"""The end of the form: clinics, consent, one request however often the button is pressed, and the mailbox."""

from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.leads.consent import consent_text
from marketplace.mail.delivery import lifecycle
from marketplace.mail.delivery_reports import Report, apply_report
from marketplace.mail.models import Email, EmailState
from marketplace.quote_requests.models import Consent, QuoteRequest
from marketplace.quote_requests.states import RequestState
from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import ANSWERS, answer, answer_until, begin, reach_check


def stored() -> QuoteRequest:
    """The only request there is."""
    db.session.expire_all()
    return db.session.scalars(select(QuoteRequest)).one()


def test_proposed_clinics_come_unticked_with_what_to_choose_by(client: Any, make_clinic: Make) -> None:
    make_clinic("Clinic Lale")
    answer_until(client, "clinics")
    page = client.get("/get-quotes/clinics").page
    assert page.h1 == "Choose who gets your request"
    assert "clinics" not in page.fields()
    for fact in ("Istanbul, Türkiye", "Languages: Turkish, English", "6 of 6 checks passed", "total for you", "€480"):
        assert fact in page.text
    assert "Why it is here: speaks English; new here, without reply times yet." in page.text


def test_a_request_from_a_clinics_page_has_it_first(client: Any, make_clinic: Make) -> None:
    make_clinic("Clinic Arı")
    wanted = make_clinic("Clinic Zambak", leads_sent=50, leads_answered=5)
    begin(client, clinic=wanted.slug)
    for step in ANSWERS:
        answer(client, step)
    page = client.get("/get-quotes/clinics").page
    assert page.all("input", name="clinics")[0].get("value") == wanted.slug
    assert "You started from its page" in page.text
    assert "clinics" not in page.fields()
    button = words(page.one("button", name="only", form="only"))
    assert page.text.index(button) < page.text.index("Clinic Arı"), "it stands under the card of its clinic"
    assert client.post("/get-quotes/clinics", data={"only": wanted.slug}).location == "/get-quotes/check"
    assert client.get("/get-quotes/clinics").page.fields()["clinics"] == [wanted.slug]


def test_where_none_is_eligible_the_request_may_wait(client: Any) -> None:
    answer_until(client, "clinics")
    page = client.get("/get-quotes/clinics").page
    assert "No clinic can take your request as it is" in page.text
    assert "/get-quotes/where?change=1" in {link.get("href") for link in page.one("main").iter("a")}
    assert answer(client, "clinics").status_code == 422
    assert answer(client, "clinics", wait="yes").headers["Location"] == "/get-quotes/check"
    check = client.get("/get-quotes/check").page
    assert words(check.one("button")) == "Keep my request waiting"
    assert client.post("/get-quotes/check", data={**check.fields(), "adult": "y"}).status_code == 303
    assert stored().state == RequestState.UNCONFIRMED


@pytest.mark.parametrize(("n", "label"), [(1, "Send my request to 1 clinic"), (3, "Send my request to 3 clinics")])
def test_the_button_says_how_many(client: Any, make_clinic: Make, n: int, label: str) -> None:
    clinics = [make_clinic(f"Clinic {number}") for number in range(n)]
    reach_check(client, *(clinic.slug for clinic in clinics))
    assert words(client.get("/get-quotes/check").page.one("button")) == label


def test_consent_names_each_clinic_and_nothing_is_ticked(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    fields = reach_check(client, clinic.slug)
    assert set(fields) == {"idem", "rendered", "shown", "proof", "website"}
    text = client.get("/get-quotes/check").page.text
    assert consent_text([clinic], with_health=True, photos=0) in text
    assert "Privacy law in Türkiye is not that of the UK and the EU." in text


def test_a_clinic_under_the_same_law_needs_no_word_about_it(client: Any, make_clinic: Make) -> None:
    reach_check(client, make_clinic(country="PL", city="Kraków").slug)
    assert "is not that of the UK" not in client.get("/get-quotes/check").page.text


def test_a_minor_sends_nothing(client: Any, make_clinic: Make) -> None:
    fields = reach_check(client, make_clinic().slug)
    refused = client.post("/get-quotes/check", data={**fields, "share_health": "y"})
    assert refused.status_code == 422
    assert "Confirm that you are 18 or over" in words(refused.page.one("div", role="alert"))
    assert "share_health" in refused.page.fields()
    assert stored().state == RequestState.DRAFT


@pytest.mark.parametrize("ticked", [{}, {"share_health": "y", "aftercare": "y"}])
def test_what_is_agreed_to_is_what_is_stored(client: Any, make_clinic: Make, ticked: dict[str, str]) -> None:
    clinic = make_clinic()
    fields = reach_check(client, clinic.slug)
    sent = client.post("/get-quotes/check", data={**fields, **ticked, "adult": "y"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/get-quotes/sent")
    request = stored()
    assert (request.share_health, request.aftercare) == (bool(ticked), bool(ticked))
    rows = db.session.scalars(select(Consent)).all()
    assert {row.purpose for row in rows} == {"request", *["health"] * bool(ticked)}
    assert {row.text for row in rows} == {consent_text([clinic], with_health=bool(ticked), photos=0)}


def test_pressing_twice_sends_once(client: Any, make_clinic: Make) -> None:
    data = {**reach_check(client, make_clinic().slug), "adult": "y"}
    answers = [client.post("/get-quotes/check", data=data) for _ in range(2)]
    assert {(a.status_code, a.headers["Location"]) for a in answers} == {(303, "/get-quotes/sent")}
    assert db.session.scalar(select(func.count()).select_from(QuoteRequest)) == 1
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 1


def test_after_sending_the_mailbox_is_next(client: Any, make_clinic: Make) -> None:
    data = {**reach_check(client, make_clinic().slug), "adult": "y"}
    client.post("/get-quotes/check", data=data)
    page = client.get("/get-quotes/sent").page
    assert page.h1 == "Check your email"
    for text in (
        "ana@patient.example",
        "Nothing has gone to a clinic yet",
        "Clinics then have 48 hours to answer",
        stored().ref,
    ):
        assert text in page.text
    assert client.get("/get-quotes/you").headers["Location"] == "/get-quotes"


def test_the_mail_can_be_sent_again(client: Any, make_clinic: Make) -> None:
    data = {**reach_check(client, make_clinic().slug), "adult": "y"}
    client.post("/get-quotes/check", data=data)
    again = client.post("/get-quotes/sent")
    assert (again.status_code, again.headers["Location"]) == (303, "/get-quotes/sent")
    assert "We have sent the email again" in client.get("/get-quotes/sent").text


def test_the_page_says_when_our_email_came_back(client: Any, make_clinic: Make) -> None:
    client.post("/get-quotes/check", data={**reach_check(client, make_clinic().slug), "adult": "y"})
    email = db.session.scalars(select(Email)).one()
    lifecycle.move(email, EmailState.SENT)
    apply_report(Report(email.id, "bounce", "5.1.1"))
    db.session.commit()
    text = client.get("/get-quotes/sent").page.text
    assert "We could not deliver our email to ana@patient.example" in text
    assert "We sent a link" not in text
    client.post("/get-quotes/sent")
    assert "We sent a link" in client.get("/get-quotes/sent").page.text


def test_a_lost_answer_is_found_again(client: Any, make_clinic: Make) -> None:
    """The button was pressed, the connection broke before the answer: the old cookie still finds the page."""
    data = {**reach_check(client, make_clinic().slug), "adult": "y"}
    before = client.get_cookie("sid").value
    client.post("/get-quotes/check", data=data)
    client.set_cookie("sid", before)
    assert client.post("/get-quotes/check", data=data).headers["Location"] == "/get-quotes/sent"
    assert client.get("/get-quotes/sent").page.h1 == "Check your email"


def test_health_answers_are_in_no_cookie_and_no_address(client: Any) -> None:
    answer_until(client, "health")
    told = answer(client, "health", conditions=["allergy"], details="lidocaine")
    with client.session_transaction() as session:
        assert set(session) <= {"draft", "draft_ref", "csrf_token"}
        kept = client.get_cookie("sid").value + repr(dict(session))
    for secret in ("allergy", "lidocaine"):
        assert secret not in kept
        assert secret not in told.headers["Location"]


def test_pages_are_not_kept_by_anyone(client: Any) -> None:
    answer_until(client, "health")
    page = client.get("/get-quotes/health")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
