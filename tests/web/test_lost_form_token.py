"""A form whose cookie or token is gone: still a 400, with what was typed and one button that sends it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.quote_requests import queries
from marketplace.quote_requests.models import QuoteRequest
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_lead, build_member

LONG = "An allergy to lidocaine.\nSecond line, ending with a quote: \"' <b>\n" * 12


@pytest.fixture
def reader(own_app: Flask) -> Iterator[Any]:
    """A browser at a site that asks for tokens."""
    own_app.config["WTF_CSRF_ENABLED"] = True
    with own_app.app_context():
        yield reader_of(own_app)


def test_what_was_typed_is_shown_and_one_press_sends_it(reader: Any) -> None:
    health = {"conditions": ["allergy", "blood_thinner"], "details": LONG, "csrf_token": "stale"}
    refused = reader.post("/get-quotes/health", data=health)
    assert refused.status_code == 400
    assert "no-store" in refused.headers["Cache-Control"]
    assert "An allergy to lidocaine." in refused.page.text
    sent = reader.post("/get-quotes/health", data=refused.page.fields())
    assert (sent.status_code, sent.location) == (303, "/get-quotes/pause")
    draft = db.session.scalars(select(QuoteRequest)).one()
    answers = queries.answers(draft)
    assert (set(answers.conditions), answers.details) == ({"allergy", "blood_thinner"}, LONG.strip())


def test_then_the_questions_before_it_are_asked(reader: Any) -> None:
    refused = reader.post("/get-quotes/health", data={"conditions": "none", "csrf_token": "stale"})
    reader.post("/get-quotes/health", data=refused.page.fields())
    assert reader.get("/get-quotes/you").location == "/get-quotes/treatment"


def test_no_password_and_no_code_stands_in_the_page(reader: Any) -> None:
    form = {"email": "ada@cases.example", "password": PASSWORD, "code": "123456", "new_password": "another one"}
    refused = reader.post("/account/login", data=form)
    assert refused.status_code == 400
    assert refused.page.fields()["email"] == ["ada@cases.example"]
    assert not {PASSWORD, "123456", "another one"} & {value for v in refused.page.fields().values() for value in v}
    assert PASSWORD not in refused.text


def test_who_is_signed_out_can_copy_it(reader: Any) -> None:
    lead = build_lead()
    build_member(lead.clinic)
    db.session.commit()
    refused = reader.post(f"/dashboard/leads/{lead.request.ref}/ask", data={"question": "Which products do you use?"})
    assert refused.status_code == 400
    assert "Which products do you use?" in refused.page.text
    assert not refused.page.one("main").findall(".//form")


def test_what_cannot_be_shown_is_left_out(reader: Any) -> None:
    refused = reader.post("/my/link", data={"email": "a\x00b", "na\x07me": "x"})
    assert refused.status_code == 400
    assert set(refused.page.fields()) == {"csrf_token"}


def test_another_site_gets_nothing_of_it(reader: Any) -> None:
    answer = reader.post("/my/link", data={"email": "x@evil.example"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "x@evil.example" not in answer.text
