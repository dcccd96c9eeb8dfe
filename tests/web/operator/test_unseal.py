"""Health answers are closed to staff until somebody says why, and the patient reads it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.security import signed_links
from marketplace.quote_requests import access_records
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quote_requests.photos import photos_of

WHY = "The clinic reports a reaction"


@pytest.fixture
def asked(make_request):
    return make_request(name="Zebulon", email="z@patient.example", conditions=["pregnancy"], details="asthma since May")


def unseal(browser, asked, reason=WHY):
    return browser.post(f"/operator/requests/{asked.ref}/unseal", data={"reason": reason})


def text_of(browser, asked):
    return browser.get(f"/operator/requests/{asked.ref}").page.text


def events(name):
    return db.session.scalars(select(AuditEntry).where(AuditEntry.name == name)).all()


def test_closed_until_a_reason_is_given(desk, asked):
    assert "Pregnant" not in text_of(desk, asked)
    assert unseal(desk, asked).status_code == 303
    text = text_of(desk, asked)
    assert "Pregnant, or might be" in text
    assert "asthma since May" in text
    assert "Zebulon" not in text
    assert "z@patient.example" not in text


@pytest.mark.parametrize("reason", ["", "         ", "too short", "a a a a a a a a", "x" * 501, "long enough\x00"])
def test_without_a_real_reason_it_stays_closed(desk, asked, reason):
    answer = unseal(desk, asked, reason)
    assert answer.status_code == 422
    assert "asthma" not in answer.text
    assert "asthma" not in text_of(desk, asked)
    assert not access_records_of(asked)
    assert not events("AnswersUnsealed")


def test_the_patient_reads_who_looked_and_why(desk, asked, client):
    unseal(desk, asked)
    (look,) = access_records_of(asked)
    assert (look.what, look.reason) == ("health", WHY)
    assert look.actor.startswith("operator:")
    assert WHY.encode() not in look.reason_sealed
    token = signed_links.token_of(signed_links.issue("page", subject_id=asked.id, lifetime=timedelta(days=7)))
    db.session.commit()
    client.get(f"/q/{token}")
    text = client.get(f"/my/requests/{asked.ref}/sharing").page.text
    assert "Looks by marketplace staff" in text
    assert f"Reason given: {WHY}" in text


def test_it_closes_after_a_quarter_of_an_hour(desk, asked):
    unseal(desk, asked)
    with clock.set_to(clock.now() + timedelta(minutes=16)):
        assert "asthma" not in text_of(desk, asked)


def test_it_opens_for_nobody_else(desk, asked, app, make_operator, sign_in):
    from tests.conftest import reader_of

    unseal(desk, asked)
    other = sign_in(make_operator("second@meridian.example"), browser=reader_of(app))
    assert "asthma" not in text_of(other, asked)


def test_opening_and_each_reading_are_recorded(desk, asked):
    unseal(desk, asked)
    assert [entry.reason for entry in events("AnswersUnsealed")] == ["health"]
    for readings in (1, 2):
        text_of(desk, asked)
        assert len(events("AnswersRead")) == readings
    desk.head(f"/operator/requests/{asked.ref}")
    assert len(events("AnswersRead")) == 2
    assert not [entry for entry in events("AnswersUnsealed") if WHY in repr(vars(entry))]


def test_what_is_not_there_is_not_opened(desk, asked):
    asked.health_sealed = None
    db.session.commit()
    assert unseal(desk, asked).status_code == 409
    assert "There are none." in text_of(desk, asked)


def test_nothing_else_is_unsealed(asked):
    access_records.unseal(asked, actor="operator:1", reason=WHY)
    found = access_records.read_unsealed(asked)
    assert (found.details, found.name, found.email, found.questions) == ("asthma since May", "", "", ())


def test_photos_are_closed_until_a_reason_is_given(desk, make_request):
    asked = make_request(photos=1)
    (photo,) = photos_of(asked)
    path = f"/operator/requests/{asked.ref}/photos/{photo.id}"
    assert desk.get(path).status_code == 404
    unseal(desk, asked)
    assert path in desk.get(f"/operator/requests/{asked.ref}").text
    assert desk.head(path).status_code == 200
    assert [entry.reason for entry in events("AnswersRead")] == ["health"]
    assert desk.get(path).data == b"photo 0"
    assert [entry.reason for entry in events("AnswersRead")] == ["health", "photos"]
    other = make_request(photos=1, email="bea@patient.example")
    assert desk.get(path.replace(asked.ref, other.ref)).status_code == 404
