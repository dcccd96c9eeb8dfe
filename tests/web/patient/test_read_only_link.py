"""A link for somebody the patient trusts: what it shows, to whom, how long, and what is left of it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.read_only_links import (
    LIFETIME,
    MAX_LINKS,
    MAX_TRIES,
    ReadOnlyLink,
    ReadOnlyLook,
    Secrets,
    end_link,
    make_link,
)
from marketplace.quotes.request_export import export
from marketplace.retention.erasure import erase
from tests.conftest import reader_of
from tests.factories import Make
from tests.web.patient.test_request_pages import opened

NAME, PHONE, TYPED = "Zyanya Quokka", "+44 20 7946 0999", "reacted to latex gloves"


@pytest.fixture
def request_(make_clinic: Make, make_request: Make, make_quote: Make) -> QuoteRequest:
    """A request with everything that must not be seen, and two quotes."""
    told = {"name": NAME, "phone": PHONE, "email": "zyanya@patient.example", "details": TYPED, "photos": 1}
    found: QuoteRequest = make_request(make_clinic(), make_clinic("Clinic Nar"), conditions=["allergy"], **told)
    for lead in db.session.scalars(select(Lead).where(Lead.request_id == found.id)).all():
        make_quote(lead, message="Dear Zyanya Quokka")
    return found


def made(request: QuoteRequest, *, with_health: bool = False) -> Secrets:
    found = make_link(request, reader="friend", with_health=with_health)
    db.session.commit()
    return found


def test_it_shows_quotes_and_checks_and_nothing_of_the_person(app: Flask, request_: QuoteRequest) -> None:
    answer: Any = reader_of(app).get(f"/shared/{made(request_).token}")
    assert "Clinic Lale" in answer.page.text
    assert "Total for you" in answer.page.text
    for marker in (*NAME.split(), PHONE, "zyanya", TYPED, "llerg", request_.ref, "/my/requests", "photo"):
        assert marker not in answer.text, marker
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_it_ends_after_a_week_and_when_it_is_taken_back(app: Flask, request_: QuoteRequest) -> None:
    first, second = made(request_).token, made(request_).token
    end_link(request_, db.session.scalars(select(ReadOnlyLink.id).order_by(ReadOnlyLink.made_at)).all()[0])
    reader = reader_of(app)
    assert [reader.get(f"/shared/{token}").status_code for token in (first, second, "x")] == [404, 200, 404]
    with clock.set_to(clock.now() + LIFETIME + timedelta(seconds=1)):
        assert reader.get(f"/shared/{second}").status_code == 404


def test_each_look_is_shown_to_the_patient_and_a_head_request_is_none(client: Any, request_: QuoteRequest) -> None:
    path = f"/shared/{made(request_).token}"
    page = opened(client, request_) + "/readers"
    client.head(path)
    assert "Nobody has opened it" in client.get(page).page.text
    client.get(path)
    client.get(path)
    assert client.get(page).page.text.count("the quotes were opened") == 2


def test_health_answers_need_the_code_and_wrong_ones_use_it_up(app: Flask, request_: QuoteRequest) -> None:
    found = made(request_, with_health=True)
    path, reader = f"/shared/{found.token}", reader_of(app)
    assert TYPED in reader.post(path, data={"code": f" {str(found.code)[:4].lower()}-{str(found.code)[4:]}"}).text
    assert TYPED not in reader.get(path).text
    for _ in range(MAX_TRIES):
        assert reader.post(path, data={"code": "WRONG234"}).status_code == 422
    answer = reader.post(path, data={"code": found.code})
    assert (answer.status_code, TYPED in answer.text) == (422, False)


def test_without_the_tick_there_is_no_code_to_guess(app: Flask, request_: QuoteRequest) -> None:
    found = made(request_)
    assert found.code is None
    assert TYPED not in reader_of(app).post(f"/shared/{found.token}", data={"code": "23456789"}).text


def test_the_page_shows_a_new_link_once_and_the_database_never(client: Any, request_: QuoteRequest) -> None:
    page = opened(client, request_) + "/readers"
    fields = client.get(page).page.fields()
    client.post(page, data={**fields, "reader": "doctor"})
    address = client.get(page).page.one("code").text
    assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert client.get(page).page.all("code") == []
    link = db.session.scalars(select(ReadOnlyLink)).one()
    assert address.rpartition("/")[2].encode() not in (link.token_hash, link.code_hash)


def test_only_so_many_work_at_once(client: Any, request_: QuoteRequest) -> None:
    for _ in range(MAX_LINKS):
        made(request_)
    page = opened(client, request_) + "/readers"
    answer = client.post(page, data={**client.get(page).page.fields(), "reader": "friend"})
    assert answer.status_code == 422
    assert "Take one back first" in answer.text


def test_it_is_exported_and_dies_with_the_request(app: Flask, request_: QuoteRequest) -> None:
    token = made(request_).token
    assert reader_of(app).get(f"/shared/{token}").status_code == 200
    (link,) = export(request_, {})["read_only_links"]
    assert (link["reader"], [look["what"] for look in link["looks"]]) == ("friend", ["quotes"])
    erase(request_)
    db.session.commit()
    assert reader_of(app).get(f"/shared/{token}").status_code == 404
    assert db.session.scalars(select(ReadOnlyLook.id)).all() == db.session.scalars(select(ReadOnlyLink.id)).all() == []
