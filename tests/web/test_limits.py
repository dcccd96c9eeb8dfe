"""Forms that are sent too often: a 429 that says when, and what was typed is still there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.security import signed_links
from marketplace.mail.models import Email
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_clinic, build_lead, build_member, build_quote
from tests.reading import form_fields, words
from tests.web.patient.filling import press, reach_check


@pytest.fixture
def reader(limited_app: Flask) -> Iterator[Any]:
    """A browser at a site with limits and one clinic."""
    with limited_app.app_context():
        build_clinic(slug="clinic-lale")
        db.session.commit()
        yield reader_of(limited_app)


def test_the_fourth_link_to_one_address_is_refused_with_the_address_kept(reader):
    answers = [reader.post("/my/link", data={"email": "ana@patient.example"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303] * 3 + [429]
    last = answers[-1]
    assert int(last.headers["Retry-After"]) in range(1, 1201)
    assert last.page.fields()["email"] == ["ana@patient.example"]
    assert "Try again in 20 minutes" in words(last.page.one("div", role="alert"))


def test_a_spelling_makes_no_new_address(reader):
    spellings = ("ana@patient.example", "ANA@patient.example", "Ana@Patient.Example", "anA@patient.example")
    assert [reader.post("/my/link", data={"email": e}).status_code for e in spellings] == [303] * 3 + [429]


def test_many_addresses_from_one_client_are_refused(reader):
    asked = [reader.post("/my/link", data={"email": f"a{n}@patient.example"}).status_code for n in range(11)]
    assert asked == [303] * 10 + [429]


def test_what_is_no_address_counts_for_nothing(reader):
    assert {reader.post("/my/link", data={"email": "no address"}).status_code for _ in range(12)} == {422}


def test_a_client_starts_twenty_requests(reader):
    with clock.set_to(clock.now()):
        assert [reader.post("/get-quotes").status_code for _ in range(21)] == [303] * 20 + [429]


def test_the_last_step_keeps_every_tick(reader):
    fields = reach_check(reader, "clinic-lale")
    use_up("send-request", client="127.0.0.1/32")
    refused = reader.post("/get-quotes/check", data={**fields, "adult": "y", "aftercare": "y"})
    assert refused.status_code == 429
    assert "Try again in" in words(refused.page.one("div", role="alert"))
    assert {"adult"} <= set(refused.page.fields())


def test_and_is_sent_once_there_is_room_again(reader):
    fields = {**reach_check(reader, "clinic-lale"), "adult": "y"}
    use_up("send-request", client="127.0.0.1/32")
    wait = int(reader.post("/get-quotes/check", data=fields).headers["Retry-After"])
    with clock.set_to(clock.now() + timedelta(seconds=wait)):
        assert reader.post("/get-quotes/check", data=fields).location == "/get-quotes/sent"


def test_the_mail_is_sent_again_five_times(reader):
    reader.post("/get-quotes/check", data={**reach_check(reader, "clinic-lale"), "adult": "y"})
    with clock.set_to(clock.now()):
        assert [reader.post("/get-quotes/sent").status_code for _ in range(6)] == [303] * 5 + [429]


def test_searching_is_limited_and_looking_is_not(reader):
    with clock.set_to(clock.now()):
        assert {reader.get("/clinics?q=lale").status_code for _ in range(60)} == {200}
        assert reader.get("/clinics?q=lale").status_code == 429
        assert reader.get("/clinics?country=tr").status_code == 200


def use_up(name: str, **who: str) -> None:
    """Until it refuses."""
    from marketplace.foundation.security.limits import RATE_LIMITS, consume_from, key_of

    for bucket in RATE_LIMITS[name]:
        while not bucket.soft and consume_from(bucket, key=key_of(name, bucket, **who)).granted:
            pass


def test_a_team_asks_patients_so_often_together(reader):
    lead = build_lead(build_clinic())
    member = build_member(lead.clinic)
    db.session.commit()
    path, clinic_id = f"/dashboard/leads/{lead.request.ref}/ask", str(lead.clinic_id)
    reader.post("/account/login", data={"email": member.email, "password": PASSWORD})
    form = reader.get(path).page.one("main").find(".//form")
    data = {**form_fields(form), "question": "Which products do you use now?"}
    use_up("ask-patient", clinic=clinic_id)
    refused = reader.post(path, data=data)
    assert refused.status_code == 429
    assert "Which products do you use now?" in refused.text


@pytest.fixture
def opened(reader) -> Any:
    """A request with a quote, opened in the reader by its link."""
    quote = build_quote()
    db.session.commit()
    link = signed_links.issue("page", subject_id=quote.request_id, lifetime=timedelta(days=7))
    token = signed_links.token_of(link)
    db.session.commit()
    reader.get(f"/q/{token}")
    return quote.lead.request.ref, quote.lead.clinic.slug


def test_a_patient_fills_no_clinics_mailbox(reader, opened):
    ref, slug = opened
    path = f"/my/requests/{ref}/messages/{slug}"
    data = {**reader.get(path).page.fields(), "body": "Is the first week of May possible?"}
    use_up("message-clinic", request=ref)
    refused = reader.post(path, data=data)
    assert refused.status_code == 429
    assert "Is the first week of May possible?" in refused.text


def test_choosing_and_undoing_ends_somewhere(reader, opened):
    base = f"/my/requests/{opened[0]}/quotes/1"
    with clock.set_to(clock.now()):
        for _ in range(6):
            assert press(reader, f"{base}/choose").status_code == 303
            assert reader.post(f"{base}/undo").status_code == 303
        assert reader.post(f"{base}/choose").status_code == 429


def test_a_new_address_gets_three_mails_an_hour(reader):
    member = build_member(build_clinic())
    db.session.commit()
    reader.post("/account/login", data={"email": member.email, "password": PASSWORD})
    asked = [reader.post("/account/change-email", data={"email": "new@clinic.example"}).status_code for _ in range(6)]
    assert asked == [303] * 5 + [429]
    assert len(db.session.scalars(select(Email).where(Email.name == "account_new_address")).all()) == 3
    held_back = select(AuditEntry.reason).where(AuditEntry.name == "EmailWithheld")
    assert db.session.scalars(held_back).all() == ["hour", "hour"]


@pytest.mark.parametrize("spelling", ["ana@e\ufe00xample.org", "ana@example\u3002org", "ANA@EXAMPLE.ORG"])
def test_sign_in_knows_an_address_by_any_spelling(reader, spelling):
    for _ in range(3):
        reader.post("/account/reset", data={"email": "ana@example.org"})
    assert reader.post("/account/reset", data={"email": spelling}).status_code == 429
