"""A form is answered once, however often and however fast it is sent; and nothing a person typed is lost."""

import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.security.idempotency import FormToken
from marketplace.foundation.security.sealed import Box, CannotOpen
from marketplace.leads.actions import ask
from marketplace.leads.models import Lead, Message
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.retention.erasure import erase
from marketplace.web.http.writing import writes
from tests import browser
from tests.conftest import reader_of
from tests.factories import Make, build_clinic
from tests.reading import words
from tests.web.patient.filling import reach_check
from tests.web.patient.test_request_pages import opened, token, unconfirmed

TIMES = 20
FIRST, NOW = "I take warfarin & ibuprofen", "I take nothing"


@pytest.fixture
def served(own_app: Flask) -> Iterator[int]:
    """The app on a port, a thread a connection, with real CSRF tokens."""
    own_app.config["WTF_CSRF_ENABLED"] = True
    with browser.served(own_app) as port:
        yield port


def at_the_last_page(app: Flask) -> tuple[Any, dict[str, Any]]:
    """A browser that filled the form in, and what it would send."""
    with app.app_context():
        slug = build_clinic().slug
        db.session.commit()
    browser = reader_of(app)
    app.config["WTF_CSRF_ENABLED"] = False
    reach_check(browser, slug)
    app.config["WTF_CSRF_ENABLED"] = True
    return browser, {**browser.get("/get-quotes/check").page.fields(), "adult": "y"}


def stored(app: Flask) -> tuple[int, int, int]:
    """Requests, mails, jobs that send them."""
    with app.app_context():
        jobs = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'mail.send'")
        counts = [db.session.scalar(select(func.count()).select_from(table)) for table in (QuoteRequest, Email)]
        return counts[0], counts[1], db.session.scalar(jobs)


def test_rp5_twenty_at_once_make_one_request_and_one_set_of_mails(own_app: Flask, served: int) -> None:
    browser, fields = at_the_last_page(own_app)
    cookie, start = f"sid={browser.get_cookie('sid').value}", threading.Barrier(TIMES)

    def press(_n: int) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", served, timeout=60)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        start.wait(timeout=30)
        connection.request("POST", "/get-quotes/check", urlencode(fields, doseq=True), headers)
        answer = connection.getresponse()
        connection.close()
        return answer.status, answer.headers["Location"]

    with ThreadPoolExecutor(TIMES) as pool:
        assert set(pool.map(press, range(TIMES))) == {(303, "/get-quotes/sent")}
    assert stored(own_app) == (1, 1, 1)


def test_rp5_again_after_an_hour_and_by_the_back_button(own_app: Flask) -> None:
    browser, fields = at_the_last_page(own_app)
    before = browser.get_cookie("sid").value
    for hours, cookie in ((0, before), (1, before), (1, None), (71, None)):
        if cookie:
            browser.set_cookie("sid", cookie)
        with clock.set_to(clock.now() + timedelta(hours=hours)):
            answer = browser.post("/get-quotes/check", data=fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/get-quotes/sent")
    assert stored(own_app) == (1, 1, 1)


class Writing:
    """A patient who answers a clinic's question."""

    def __init__(self, client: Any, lead: Any) -> None:
        ask(lead, "Which medicines do you take?")
        self.client, self.request = client, lead.request
        self.path = f"{opened(client, lead.request)}/messages/{lead.clinic.slug}"
        self.fields = client.get(self.path).page.fields()

    def send(self, body: str, *, browser: Any = None) -> Any:
        """The very same form, with these words."""
        return (browser or self.client).post(self.path, data={**self.fields, "body": body})


@pytest.fixture
def writing(app: Flask, client: Any, make_lead: Make) -> Iterator[Writing]:
    """With real CSRF tokens."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield Writing(client, make_lead())
    app.config["WTF_CSRF_ENABLED"] = False


def messages() -> int:
    return db.session.scalar(select(func.count()).select_from(Message)) or 0


def test_rp5_another_body_is_refused_and_both_are_shown(writing: Writing) -> None:
    assert writing.send(FIRST).status_code == 303
    answer = writing.send(NOW)
    assert answer.status_code == 409
    page = answer.page
    assert [words(heading) for heading in page.all("h2")][:2] == ["What you sent first", "What you sent now"]
    assert [words(value) for value in page.all("dd")] == [FIRST, NOW]
    assert "Your message" in page.text
    assert page.one("a", class_="btn", href=writing.path) is not None
    assert messages() == 2


def test_a_refused_form_may_be_sent_again(writing: Writing) -> None:
    assert writing.send("").status_code == 422
    assert writing.send(FIRST).status_code == 303


def test_who_was_not_given_the_form_learns_nothing_by_its_token(app: Flask, writing: Writing) -> None:
    assert writing.send(FIRST).status_code == 303
    thief = reader_of(app)
    opened(thief, writing.request)
    theirs = thief.get(writing.path).page.fields()
    for body in (FIRST, NOW):
        stolen = {**theirs, "idem": writing.fields["idem"], "body": body}
        answer = thief.post(writing.path, data=stolen)
        assert answer.status_code == 409
        assert [words(heading) for heading in answer.page.all("h2")][:1] == ["What you sent now"]
        assert not answer.page.all("a", class_="btn", href=writing.path)
        assert [words(value) for value in answer.page.all("dd")] == [body]


def test_what_was_sent_first_cannot_be_read_in_the_row(writing: Writing) -> None:
    writing.send(FIRST)
    row = db.session.scalars(select(FormToken)).one()
    assert b"warfarin" not in b"".join(value for value in vars(row).values() if isinstance(value, bytes))
    with pytest.raises(CannotOpen):
        Box(row.data_key, owner=row.token).open("form_token", row.body_sealed)
    with pytest.raises(CannotOpen):
        Box(row.data_key, owner=uuid4())


def test_an_erased_request_takes_what_was_typed_along(writing: Writing) -> None:
    writing.send(FIRST)
    erase(writing.request)
    assert db.session.scalars(select(FormToken)).all() == []


def test_who_comes_too_late_keeps_what_was_typed(client: Any, make_lead: Make) -> None:
    lead = make_lead()
    path = opened(client, lead.request)
    fields = client.get(f"{path}/messages/{lead.clinic.slug}").page.fields()
    client.post(f"{path}/close")
    answer = client.post(f"{path}/messages/{lead.clinic.slug}", data={**fields, "body": FIRST})
    assert answer.status_code == 409
    assert FIRST in answer.page.text


def test_one_press_is_one_mail(client: Any, make_request: Make) -> None:
    make_request(email="ana@patient.example")
    db.session.commit()
    fields = {**client.get("/my/link").page.fields(), "email": "ana@patient.example"}
    for _ in range(2):
        assert client.post("/my/link", data=fields).headers["Location"] == "/my/link/sent"
    assert len(db.session.scalars(select(Email).where(Email.name == "access_link")).all()) == 1


def test_one_press_is_one_confirmation_more(client: Any, make_clinic: Make) -> None:
    client.post("/get-quotes/check", data={**reach_check(client, make_clinic().slug), "adult": "y"})
    fields = client.get("/get-quotes/sent").page.fields()
    for _ in range(2):
        assert client.post("/get-quotes/sent", data=fields).status_code == 303
    assert len(db.session.scalars(select(Email).where(Email.name == "confirm_request")).all()) == 2


def test_confirming_pressed_twice_confirms_and_leads_to_the_request(
    client: Any, make_clinic: Make, make_draft: Make
) -> None:
    request = unconfirmed(make_clinic, make_draft)
    link = f"/q/{token(request, 'confirm')}/confirm"
    fields = client.get(link).page.fields()
    for _ in range(2):
        assert client.post(link, data=fields).location == f"/my/requests/{request.ref}"
    assert client.post(link, data=fields | {"idem": str(uuid4())}).status_code == 404, "another press is none"
    assert len(db.session.scalars(select(Lead)).all()) == 1


def test_pause_pressed_twice_pauses(client: Any, make_request: Make) -> None:
    request = make_request()
    path = opened(client, request)
    form = next(f for f in client.get(path).page.all("form") if f.get("action") == f"{path}/pause")
    (to,) = [field.get("value") for field in form.iter("input") if field.get("name") == "to"]
    for _ in range(2):
        assert client.post(f"{path}/pause", data={"to": to}).status_code == 303
    db.session.refresh(request)
    assert request.state == "paused"


def test_rp6_what_is_taken_back_sends_nothing(own_app: Flask) -> None:
    browser, fields = at_the_last_page(own_app)
    view = own_app.view_functions["patient.send"]
    own_app.view_functions["patient.send"] = writes(_failing_at_the_end(view.__wrapped__))
    for _ in range(5):
        with pytest.raises(RuntimeError, match="after the enqueue"):
            browser.post("/get-quotes/check", data=fields)
    assert stored(own_app) == (1, 0, 0)
    own_app.view_functions["patient.send"] = view
    assert browser.post("/get-quotes/check", data=fields).status_code == 303
    assert stored(own_app) == (1, 1, 1)


def _failing_at_the_end(view: Any) -> Any:
    """Everything is done and queued, and then lost before the commit."""

    def failing(**kwargs: Any) -> Any:
        view(**kwargs)
        gathering.write()
        with as_system():
            assert db.session.scalar(select(func.count()).select_from(Email)) == 1
        raise RuntimeError("after the enqueue")

    return failing
