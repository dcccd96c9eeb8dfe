"""The last page of the form: what it showed is sent, or nothing is and the change is shown."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.quote_requests import photos
from marketplace.quote_requests.models import Consent, QuoteRequest
from marketplace.quote_requests.states import RequestState
from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import answer, reach_check

TICKED = {"adult": "y", "share_health": "y"}


def stored() -> QuoteRequest:
    db.session.expire_all()
    return db.session.scalars(select(QuoteRequest)).one()


def sent(client: Any, fields: dict[str, Any]) -> Any:
    return client.post("/get-quotes/check", data={**fields, **TICKED})


@pytest.mark.parametrize(
    ("step", "changes", "mark"),
    [
        ("treatment", {"procedure": "unsure"}, "What you would like help with"),
        ("when", {"trips": "1"}, "Trips"),
        ("when", {"timing": "unknown"}, "When you could travel"),
        ("budget", {"amount": "900"}, "Budget"),
        ("health", {"conditions": ["allergy"]}, "Your health answers"),
        ("health", {"conditions": ["tell_clinic"], "details": "lidocaine"}, "What you added"),
        ("you", {"name": "Anna"}, "Name to use"),
        ("you", {"email": "other@patient.example"}, "Email address"),
        ("you", {"phone": "+44 20 7946 0958"}, "Phone number"),
        ("you", {"languages": ["en", "tr"]}, "Languages"),
        ("you", {"questions": "Who treats me?"}, "Your questions"),
    ],
)
def test_an_answer_changed_in_another_tab_sends_nothing(
    client: Any, make_clinic: Make, step: str, changes: dict[str, Any], mark: str
) -> None:
    clinic = make_clinic()
    fields = reach_check(client, clinic.slug)
    assert answer(client, step, change="1", **changes).status_code == 303
    answer(client, "clinics", clinics=[clinic.slug])
    refused = sent(client, fields)
    assert refused.status_code == 409
    assert mark in words(refused.page.one("div", role="alert"))
    assert stored().state == RequestState.DRAFT
    assert {"adult", "share_health"} <= set(refused.page.fields())
    assert client.post("/get-quotes/check", data=refused.page.fields()).status_code == 303


def test_other_clinics_ticked_in_another_tab_send_nothing(client: Any, make_clinic: Make) -> None:
    first, second = make_clinic("Clinic Lale"), make_clinic("Clinic Nar")
    fields = reach_check(client, first.slug)
    answer(client, "clinics", clinics=[second.slug])
    refused = sent(client, fields)
    assert refused.status_code == 409
    told = words(refused.page.one("div", role="alert"))
    for text in ("Clinic Nar", "The words you agree to", "A clinic is no longer among those that get it"):
        assert text in told
    assert db.session.scalar(select(Consent.id)) is None


def test_another_photo_in_its_place_sends_nothing(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    reach_check(client, clinic.slug)
    photos.add(stored(), b"one")
    db.session.commit()
    fields = client.get("/get-quotes/check").page.fields()
    photos.remove(stored(), photos.photos_of(stored())[0].id)
    photos.add(stored(), b"two")
    db.session.commit()
    assert "Photos" in words(sent(client, fields).page.one("div", role="alert"))


@pytest.mark.parametrize("change", [{"daily_capacity": 0}, {"listing_state": "paused"}, {"name": "Clinic Other"}])
def test_a_clinic_that_filled_up_or_changed_sends_nothing(
    client: Any, make_clinic: Make, change: dict[str, Any]
) -> None:
    clinic, other = make_clinic("Clinic Lale"), make_clinic("Clinic Nar")
    fields = reach_check(client, clinic.slug, other.slug)
    for name, value in change.items():
        setattr(clinic, name, value)
    clinic.paused_at = clinic.published_at
    db.session.commit()
    refused = sent(client, fields)
    assert refused.status_code == 409
    assert ("Clinic Lale does not get your request" in refused.page.text) == ("name" not in change)
    assert client.post("/get-quotes/check", data=refused.page.fields()).status_code == 303
    texts = set(db.session.scalars(select(Consent.text)))
    assert len(texts) == 1
    assert texts.pop() in refused.page.text


def test_where_no_clinic_is_left_others_are_offered(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    fields = reach_check(client, clinic.slug)
    clinic.daily_capacity = 0
    db.session.commit()
    refused = sent(client, fields)
    assert refused.status_code == 409
    assert "Choose other clinics" in refused.page.text
    assert not refused.page.all("button", class_="btn")
    forged = {**fields, "shown": "x=1"}
    assert sent(client, forged).status_code == 409


@pytest.mark.parametrize("value", [None, "", "sentence=0"])
def test_a_form_that_does_not_say_what_it_showed_sends_nothing(
    client: Any, make_clinic: Make, value: str | None
) -> None:
    fields = reach_check(client, make_clinic().slug)
    fields.pop("shown")
    assert sent(client, fields if value is None else {**fields, "shown": value}).status_code == 409
    assert stored().state == RequestState.DRAFT


def test_an_answer_given_again_as_it_was_changes_nothing(client: Any, make_clinic: Make) -> None:
    fields = reach_check(client, make_clinic().slug)
    answer(client, "health", change="1")
    assert sent(client, fields).status_code == 303


@pytest.mark.parametrize("share", [True, False])
def test_the_words_stored_are_words_that_were_shown(client: Any, make_clinic: Make, share: bool) -> None:
    fields = reach_check(client, make_clinic("Clinic Lale").slug, make_clinic("Clinic Nar").slug)
    text = client.get("/get-quotes/check").page.text
    ticked = {"adult": "y"} | ({"share_health": "y"} if share else {})
    assert client.post("/get-quotes/check", data={**fields, **ticked}).status_code == 303
    for stored_words in db.session.scalars(select(Consent.text)):
        assert stored_words in text
