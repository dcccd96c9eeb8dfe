"""A request's own pages, for whoever holds its link."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.leads.actions import ask, decline
from marketplace.leads.models import Lead
from marketplace.leads.submission import submit
from marketplace.mail import links
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import consents
from tests.factories import Make


def token(request: QuoteRequest, purpose: str = "page") -> str:
    return signed_links.token_of(signed_links.issue(purpose, subject_id=request.id, lifetime=timedelta(days=7)))


def opened(client: Any, request: QuoteRequest) -> str:
    db.session.commit()
    answer = client.get(f"/q/{token(request)}")
    assert answer.status_code == 303
    return f"/my/requests/{request.ref}"


def test_the_link_opens_the_page(client: Any, make_request: Make) -> None:
    page = client.get(opened(client, make_request())).page
    assert "Clinic Lale" in page.text
    assert page.one("span", class_="tag", data_state="open") is not None


def test_times_are_told_by_the_clock_at_home_and_the_clinics(client: Any, make_request: Make) -> None:
    request = make_request()
    lead = db.session.scalars(select(Lead).where(Lead.request_id == request.id)).one()
    lead.due_at = datetime(2026, 11, 30, 10, tzinfo=UTC)
    page = client.get(opened(client, request)).page
    assert "It has until 30 November 2026 at 10:00 (London), 13:00 (Istanbul)." in page.text
    assert "UTC" not in page.text


def test_without_the_link_there_is_no_page(client: Any, make_request: Make) -> None:
    assert client.get(f"/my/requests/{make_request().ref}").status_code == 404


def test_a_look_by_head_opens_nothing(client: Any, make_request: Make) -> None:
    request = make_request()
    client.head(f"/q/{token(request)}")
    assert client.get(f"/my/requests/{request.ref}").status_code == 404


@pytest.mark.parametrize("text", ["x", "A" * 64, "é"])
def test_an_altered_link(client: Any, text: str) -> None:
    answer = client.get(f"/q/{text}")
    assert (answer.status_code, answer.page.h1) == (404, "This link does not work")


def test_an_expired_link_says_when(client: Any, make_request: Make) -> None:
    text = token(make_request())
    with clock.set_to(clock.now() + timedelta(days=8)):
        assert "This link stopped working on" in client.get(f"/q/{text}").page.h1


def test_a_foreign_target_is_not_followed(client: Any, make_request: Make) -> None:
    request = make_request()
    answer = client.get(f"/q/{token(request)}?to=//evil.example")
    assert answer.headers["Location"] == f"/my/requests/{request.ref}"


@pytest.mark.parametrize("page", ["compare", "quotes/12", "messages/" + "long-name-" * 11 + "clinic"])
def test_a_link_leads_where_its_email_says(client: Any, make_request: Make, page: str) -> None:
    request = make_request()
    assert links.columns(links.RequestLink(request, page)).path == page
    answer = client.get(f"/q/{token(request)}?to={page}")
    assert answer.headers["Location"] == f"/my/requests/{request.ref}/{page}"


def unconfirmed(make_clinic: Make, make_draft: Make) -> QuoteRequest:
    request: QuoteRequest = make_draft(make_clinic())
    submit(request, share_health=True, aftercare=False)
    db.session.commit()
    return request


def test_looking_at_the_confirmation_sends_nothing(client: Any, make_clinic: Make, make_draft: Make) -> None:
    request = unconfirmed(make_clinic, make_draft)
    link = f"/q/{token(request, 'confirm')}/confirm"
    for method in (client.get, client.head, client.get):
        assert method(link).status_code == 200
    assert db.session.scalar(select(Lead.id)) is None


def test_the_button_stands_before_the_answers_and_behind_them(client: Any, make_clinic: Make, make_draft: Make) -> None:
    page = client.get(f"/q/{token(unconfirmed(make_clinic, make_draft), 'confirm')}/confirm").page
    first, again = [page.text.index("Send my request to 1 clinic"), page.text.rindex("Send my request to 1 clinic")]
    assert first < page.text.index("Change my answers first") < page.text.index("Your answers") < again
    assert page.one("details", class_="more").get("open") is None


def test_the_button_sends_it_once(client: Any, make_clinic: Make, make_draft: Make) -> None:
    request = unconfirmed(make_clinic, make_draft)
    link = f"/q/{token(request, 'confirm')}/confirm"
    shown = client.get(link).page.fields()
    assert client.post(link, data=shown).headers["Location"] == f"/my/requests/{request.ref}"
    assert client.post(link, data={"shown": shown["shown"]}).status_code == 404
    db.session.expire_all()
    assert len(db.session.scalars(select(Lead)).all()) == 1


def test_asking_for_a_link_tells_nothing(client: Any, make_request: Make) -> None:
    make_request(email="ana@patient.example")
    db.session.commit()
    answers = [client.post("/my/link", data={"email": e}) for e in ("ana@patient.example", "nobody@patient.example")]
    assert [(a.status_code, a.headers["Location"]) for a in answers] == [(303, "/my/link/sent")] * 2


@pytest.mark.parametrize("typed", ["no address", "zoë@patient.example"])
def test_no_address_is_an_error(client, typed: Any) -> None:
    answer = client.post("/my/link", data={"email": typed})
    assert answer.status_code == 422
    assert "Enter an email address in the correct format" in answer.page.text


def test_every_state_of_a_clinic_has_words(client: Any, make_clinic: Make, make_request: Make) -> None:
    request = make_request(*(make_clinic(f"Clinic {n}") for n in range(3)))
    first, second, _ = db.session.scalars(select(Lead).where(Lead.request_id == request.id).order_by(Lead.id)).all()
    ask(first, "Which area?")
    decline(second, "no_dates")
    text = client.get(opened(client, request)).page.text
    assert "asked you a question" in text
    assert "cannot treat this: no appointments at that time" in text


def test_compare_shows_both_currencies_and_what_is_missing(
    client: Any, make_clinic: Make, make_request: Make, make_quote: Make
) -> None:
    request = make_request(make_clinic(), make_clinic("Clinic Nar"))
    leads = db.session.scalars(select(Lead).where(Lead.request_id == request.id).order_by(Lead.id)).all()
    make_quote(leads[0])
    make_quote(leads[1], included=("hotel",))
    page = client.get(opened(client, request) + "/compare?fare=100&night=50").page
    assert "Not stated" in page.text
    assert "Lowest total" in page.text
    assert {e.get("data-currency") for e in page.all("data", class_="money")} == {"EUR", "GBP"}


def test_two_trips_of_two_nights_are_said_to_be_impossible(client: Any, make_lead: Make, make_quote: Make) -> None:
    short = {"trips": 2, "nights_per_trip": 2, "session_gap_weeks": 3}
    quote = make_quote(make_lead(trips="3"), **short, keep_plan=True, message="You live near by.")
    base, words = opened(client, quote.lead.request), "Cannot be done in 2 trips of 2 nights: 2 sessions 3 weeks apart"
    for page in ("/compare", "/quotes/1"):
        text = client.get(base + page).page.text
        assert f"{words} need 22 nights in one trip. Counted as 4 trips of 2 nights." in text
        assert "Lowest total of" not in text


def test_more_trips_than_the_patient_has_are_marked(client: Any, make_lead: Make, make_quote: Make) -> None:
    quote = make_quote(make_lead(trips="2"), trips=4, nights_per_trip=2)
    base = opened(client, quote.lead.request)
    for page in ("", "/compare", "/quotes/1", "/quotes/1/choose"):
        assert "Needs 4 trips: you said 2 trips." in client.get(base + page).page.text


def test_the_estimates_stand_in_the_fields_and_follow_what_is_typed(client: Any, make_quote: Make) -> None:
    base = opened(client, make_quote().lead.request)
    page = client.get(f"{base}/compare").page
    assert float(page.one("input", name="fare").get("value")) > 0
    assert "Our estimate, yours to change" in page.text
    page = client.get(f"{base}/compare?fare=100&night=50&own=1000").page
    assert "Compared with your own price at home: £1,000" in page.text
    assert page.one("input", name="fare").get("value") == "100"
    assert "2 × £100 + 30 × £50" in page.text


@pytest.mark.parametrize(("name", "typed"), [("fare", "abc"), ("night", "-3"), ("own", "0"), ("fare", "9" * 40)])
def test_what_cannot_be_used_is_shown_back(client: Any, make_quote: Make, name: str, typed: str) -> None:
    answer = client.get(f"{opened(client, make_quote().lead.request)}/compare?{name}={typed}")
    assert (answer.status_code, answer.page.one("input", name=name).get("value")) == (200, typed)
    assert answer.page.one("div", role="alert") is not None
    assert answer.page.one("p", id=f"{name}-error") is not None


def test_the_heading_says_how_many_are_shown(
    client: Any, make_clinic: Make, make_request: Make, make_quote: Make
) -> None:
    request = make_request(make_clinic(), make_clinic("Clinic Nar"))
    for lead in db.session.scalars(select(Lead).where(Lead.request_id == request.id)).all():
        make_quote(lead)
    base = opened(client, request)
    assert client.get(f"{base}/compare").page.h1 == "Compare your 2 quotes"
    assert client.get(f"{base}/compare?quotes=1").page.h1 == "Compare 1 of your 2 quotes"


@pytest.mark.parametrize(
    "query", ["?quotes=999", "?quotes=x&view=zzz&fare=abc&night=-1", "?fare=" + "9" * 40, "?quotes=2"]
)
def test_a_strange_address_still_compares(client: Any, make_quote: Make, query: str) -> None:
    quote = make_quote()
    assert client.get(opened(client, quote.lead.request) + "/compare" + query).status_code == 200


def test_choosing_releases_the_contact_and_twice_is_told(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    page = client.get(f"{base}/quotes/1/choose").page
    assert "ana@patient.example" in page.text
    assert client.post(f"{base}/quotes/1/choose", data=page.fields()).status_code == 303
    assert client.post(f"{base}/quotes/1/choose").status_code == 409
    assert "You chose" in client.get(base).page.text
    assert client.post(f"{base}/quotes/1/undo").status_code == 303
    assert "Compare" not in client.get(base).page.h1


def test_a_held_quote_is_not_shown(client: Any, make_quote: Make) -> None:
    quote = make_quote(released=False)
    base = opened(client, quote.lead.request)
    assert client.get(f"{base}/quotes/1").status_code == 404


def test_a_message_answers_the_question(client: Any, make_lead: Make) -> None:
    lead = make_lead()
    ask(lead, "Which area?")
    base = opened(client, lead.request)
    page = client.get(f"{base}/messages/{lead.clinic.slug}").page
    form = page.fields() | {"body": ["The cheeks"]}
    assert client.post(f"{base}/messages/{lead.clinic.slug}", data=form).status_code == 303
    assert client.post(f"{base}/messages/{lead.clinic.slug}", data=form).status_code == 303
    text = client.get(f"{base}/messages/{lead.clinic.slug}").page.text
    assert text.count("The cheeks") == 1


def test_more_clinics_are_added(client: Any, make_request: Make, make_clinic: Make) -> None:
    request, other = make_request(), make_clinic("Clinic Nar")
    base = opened(client, request)
    page = client.get(f"{base}/clinics").page
    form = page.fields() | {"clinics": [other.slug]}
    assert client.post(f"{base}/clinics", data=page.fields()).status_code == 422
    assert client.post(f"{base}/clinics", data=form).status_code == 303
    assert "Clinic Nar" in client.get(base).page.text


def test_pause_reopen_close_delete(client: Any, make_request: Make) -> None:
    base = opened(client, make_request())
    for path, words in (
        ("/pause", "Paused."),
        ("/pause", "What you asked"),
        ("/close", "Closed."),
    ):
        assert client.post(base + path).status_code == 303
        assert words in client.get(base).page.text


def test_deleted_says_what_was_deleted(client: Any, make_request: Make) -> None:
    base = opened(client, make_request())
    assert "Clinic Lale" in client.get(base + "/delete").page.text
    client.post(base + "/delete")
    assert client.get(base).page.h1 == "Your request is deleted"


def test_sharing_shows_the_exact_words(client: Any, make_request: Make) -> None:
    text = client.get(opened(client, make_request()) + "/sharing").page.text
    assert "I agree that Meridian sends my health answers to Clinic Lale (Türkiye)" in text
    assert "Nobody so far." in text


def test_pages_are_private(client: Any, make_request: Make) -> None:
    answer = client.get(opened(client, make_request()))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("step", ["treatment", "where", "when", "budget", "health", "you"])
def test_an_answer_can_be_changed_while_open(client: Any, make_request: Make, step: str) -> None:
    base = opened(client, make_request())
    page = client.get(f"{base}/answers/{step}").page
    assert client.post(f"{base}/answers/{step}", data=page.fields()).status_code == 303
    said = "Your answer is changed" if step == "treatment" else "Nothing was changed"  # it has a concern by now
    assert said in " ".join(page_words(client, base))


def page_words(client: Any, path: str) -> list[str]:
    return ["".join(element.itertext()) for element in client.get(path).page.root.iter("body")]


def test_a_closed_request_is_not_changed(client: Any, make_request: Make) -> None:
    base = opened(client, make_request())
    form = client.get(f"{base}/answers/when").page.fields()
    client.post(base + "/close")
    assert client.post(f"{base}/answers/when", data=form).status_code == 409


def test_an_unknown_answer_is_not_found(client: Any, make_request: Make) -> None:
    assert client.get(opened(client, make_request()) + "/answers/email").status_code == 404


def test_what_is_agreed_to_for_one_more_clinic_is_what_was_shown(
    client: Any, make_request: Make, make_clinic: Make
) -> None:
    request, other = make_request(), make_clinic("Clinic Nar")
    base = opened(client, request)
    page = client.get(f"{base}/clinics").page
    client.post(f"{base}/clinics", data=page.fields() | {"clinics": [other.slug], "share_health": ["y"]})
    db.session.expire_all()
    stored = next(consent for consent in consents(request) if consent.clinic_id == other.id)
    assert stored.text in page.text


@pytest.mark.parametrize("body", ["\u200b\u2060", "\u3164", " \u00a0"])
def test_a_message_of_nothing_is_refused(client: Any, make_lead: Make, body: str) -> None:
    lead = make_lead()
    path = f"{opened(client, lead.request)}/messages/{lead.clinic.slug}"
    answer = client.post(path, data={**client.get(path).page.fields(), "body": body})
    assert answer.status_code == 422
    assert "Enter a message" in answer.page.text


def test_sessions_closer_than_the_guide_says_are_told(client: Any, make_quote: Make) -> None:
    base = opened(client, make_quote(trips=2, nights_per_trip=8, session_gap_weeks=1).lead.request)
    for page in ("/compare", "/quotes/1"):
        text = client.get(base + page).page.text
        assert "1 week between sessions is less than the 2 weeks of our guide: ask why." in text


def test_a_price_at_home_typed_on_the_cost_page_is_compared_with(client: Any, make_quote: Make) -> None:
    quote = make_quote()
    base = opened(client, quote.lead.request)
    client.get(f"/treatments/mesotherapy/cost?home=gb&sessions={quote.sessions}&own=900&currency=GBP")
    page = client.get(f"{base}/compare").page
    assert "your own price at home" in page.text
    assert page.one("input", name="own").get("value") == "900"
    assert "your own price" not in client.get(f"{base}/compare?own=").page.text
