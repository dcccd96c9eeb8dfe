"""Health answers, photos and the download open in the person's own browser only."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.request_links import PAGE
from tests.factories import Make
from tests.web.patient.filling import press, reach_check

LATER = timedelta(minutes=11)


def link_to(request: QuoteRequest) -> str:
    link = signed_links.issue(PAGE, subject_id=request.id, lifetime=timedelta(days=7))
    return f"/q/{signed_links.token_of(link)}"


@pytest.fixture
def asked(make_request: Make) -> QuoteRequest:
    return make_request(photos=1, details="to latex")


def closed_pages(request: QuoteRequest) -> list[str]:
    base = f"/my/requests/{request.ref}"
    photo = f"{base}/photos/{photos_of(request)[0].id}"
    return [photo, *(f"{base}/{page}" for page in ("answers/health", "answers/photos", "export"))]


def test_by_a_link_of_now_everything_opens(client: Any, asked: QuoteRequest) -> None:
    client.get(link_to(asked))
    assert [client.get(path).status_code for path in closed_pages(asked)] == [200] * 4


def test_by_an_older_link_health_and_photos_stay_closed(client: Any, asked: QuoteRequest) -> None:
    link = link_to(asked)
    with clock.set_to(clock.now() + LATER):
        client.get(link)
        for path in closed_pages(asked):
            assert client.get(path).headers["Location"] == f"/my/requests/{asked.ref}/open"
        for path in closed_pages(asked)[1:3]:
            assert client.post(path, data={"conditions": ["none"]}).headers["Location"].endswith("/open")
        for page in ("", "/compare", "/sharing", "/answers/when", "/delete"):
            answer = client.get(f"/my/requests/{asked.ref}{page}")
            assert (answer.status_code, "to latex" in answer.text) == (200, False)


def test_a_new_link_opens_them_here(client: Any, asked: QuoteRequest) -> None:
    link = link_to(asked)
    with clock.set_to(clock.now() + LATER):
        client.get(link)
        page = client.get(f"/my/requests/{asked.ref}/open").page
        assert page.h1 == "One more step for your health answers"
        assert client.post(f"/my/requests/{asked.ref}/open", data=page.fields()).status_code == 303
        mail = select(Email).where(Email.name == "access_link", Email.request_id == asked.id)
        assert db.session.scalars(mail).one().audience == "patient"
        client.get(link_to(asked))
        assert [client.get(path).status_code for path in closed_pages(asked)] == [200] * 4


def test_anothers_new_link_opens_nothing_of_this(client: Any, asked: QuoteRequest, make_request: Make) -> None:
    old, other = link_to(asked), make_request(email="bea@patient.example")
    with clock.set_to(clock.now() + LATER):
        client.get(link_to(other))
        client.get(old)
        assert client.get(closed_pages(asked)[0]).status_code == 303


def test_the_browser_that_sent_it_stays_known(client: Any, make_clinic: Make) -> None:
    fields = reach_check(client, make_clinic().slug)
    client.post("/get-quotes/check", data={**fields, "adult": "y"})
    request = db.session.scalars(select(QuoteRequest)).one()
    confirm = signed_links.issue("confirm", subject_id=request.id, lifetime=timedelta(hours=48))
    with clock.set_to(clock.now() + timedelta(hours=5)):
        press(client, f"/q/{signed_links.token_of(confirm)}/confirm")
        client.post("/get-quotes")
        assert client.get(f"/my/requests/{request.ref}/answers/health").status_code == 200


def test_confirming_by_an_older_mail_elsewhere_opens_no_health(client: Any, make_clinic: Make, app: Any) -> None:
    from tests.conftest import reader_of

    fields = reach_check(client, make_clinic().slug)
    client.post("/get-quotes/check", data={**fields, "adult": "y"})
    request = db.session.scalars(select(QuoteRequest)).one()
    confirm = signed_links.issue("confirm", subject_id=request.id, lifetime=timedelta(hours=48))
    elsewhere = reader_of(app)
    with clock.set_to(clock.now() + LATER):
        press(elsewhere, f"/q/{signed_links.token_of(confirm)}/confirm")
        assert elsewhere.get(f"/my/requests/{request.ref}").status_code == 200
        assert elsewhere.get(f"/my/requests/{request.ref}/answers/health").status_code == 303


def test_the_mailbox_has_peace(limited_app: Any) -> None:
    from tests.conftest import reader_of
    from tests.factories import build_request

    with limited_app.app_context():
        request = build_request()
        link, path = link_to(request), f"/my/requests/{request.ref}/open"
        db.session.commit()
    client = reader_of(limited_app)
    client.get(link)
    presses = [client.post(path, data=client.get(path).page.fields()).status_code for _press in range(4)]
    assert presses == [303, 303, 303, 429]
