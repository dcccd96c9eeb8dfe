"""The phrase sheet: what stands on it, in which language, and who sees the health answers."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.catalogue.geography import destinations
from marketplace.catalogue.phrases import PhraseSheet
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.request_actions import close
from marketplace.quote_requests.models import QuoteRequest
from tests.conftest import reader_of
from tests.factories import Make
from tests.web.patient.test_request_pages import opened, token

ALLERGY, TYPED = "I have had an allergic reaction", "latex gloves, in 2019"


@pytest.fixture
def quoted(make_lead: Make, make_quote: Make) -> QuoteRequest:
    told = {"conditions": ["allergy"], "details": TYPED, "questions": ["Is there a lift?"]}
    request: QuoteRequest = make_quote(make_lead(**told), practitioner_name=None).lead.request
    return request


def review(reviewed: str, **changes: Any) -> None:
    row = {"reviewed_by": "Dr Reader", "reviewed_on": date(2026, 11, 22), **changes}
    db.session.execute(update(PhraseSheet).where(PhraseSheet.language == reviewed).values(row))


def test_it_holds_what_to_ask_refuse_and_say(client: Any, quoted: QuoteRequest) -> None:
    page = client.get(opened(client, quoted) + "/phrases").page
    for line in ("sealed vial", "number in which register?", "Is there a lift?", "another product", "an ambulance"):
        assert line in page.text, line
    assert "Not signed off by a clinician" in page.text


def test_a_text_that_nobody_reviewed_is_not_shown_and_that_is_said(client: Any, quoted: QuoteRequest) -> None:
    page = client.get(opened(client, quoted) + "/phrases").page
    assert "A text in Turkish is written, but nobody" in page.text
    assert "Lütfen" not in page.text
    assert len(page.all("span", class_="phrase-room")) > 20


def test_a_reviewed_text_stands_beside_the_english_with_its_language(client: Any, quoted: QuoteRequest) -> None:
    review("tr")
    page = client.get(opened(client, quoted) + "/phrases").page
    assert "Turkish: read by Dr Reader on 22 November 2026." in page.text
    said = page.all("p", class_="phrase-said")
    assert {(line.get("lang"), line.get("dir")) for line in said} == {("tr", "ltr")}
    assert "Beni kim tedavi edecek?" in page.text
    assert len(page.all("span", class_="phrase-room")) == 1  # the patient's own question


def test_what_is_written_from_right_to_left_says_so(client: Any, quoted: QuoteRequest, monkeypatch: Any) -> None:
    review("tr", language="ar")
    spoken = {"TR": replace(destinations()["TR"], languages=("ar",))}
    monkeypatch.setattr("marketplace.web.patient.request.phrases.destinations", lambda: spoken)
    page = client.get(opened(client, quoted) + "/phrases").page
    assert page.all("p", class_="phrase-said")[0].get("dir") == "rtl"


def test_health_answers_stand_on_it_where_they_were_ticked(client: Any, quoted: QuoteRequest, caplog: Any) -> None:
    review("tr")
    base = opened(client, quoted)
    assert ALLERGY not in client.get(base + "/phrases").text
    answer = client.post(base + "/phrases", data={"conditions": "y"})
    assert answer.status_code == 303
    shown = client.get(answer.headers["Location"])
    for line in (ALLERGY, TYPED, "alerjik reaksiyon"):
        assert line in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert not [word for word in ("llerg", "latex") if word in answer.headers["Location"] + caplog.text]
    client.post(base + "/phrases")
    assert ALLERGY not in client.get(base + "/phrases").text


def test_another_browser_shows_none_and_cannot_ask_for_them(client: Any, app: Flask, quoted: QuoteRequest) -> None:
    client.post(opened(client, quoted) + "/phrases", data={"conditions": "y"})
    later: Any = reader_of(app)
    base, link = f"/my/requests/{quoted.ref}", f"/q/{token(quoted)}"
    db.session.commit()
    with clock.set_to(clock.now() + timedelta(minutes=11)):
        later.get(link)
        page = later.get(base + "/phrases").page
        assert "They are closed in this browser." in page.text
        assert ALLERGY not in page.text
        assert later.post(base + "/phrases", data={"conditions": "y"}).headers["Location"] == base + "/open"


def test_it_is_nobody_elses(app: Flask, client: Any, quoted: QuoteRequest, make_request: Make) -> None:
    opened(client, quoted)
    other = make_request(email="bo@patient.example")
    db.session.commit()
    assert client.get(f"/my/requests/{other.ref}/phrases").status_code == 404
    assert reader_of(app).get(f"/my/requests/{quoted.ref}/phrases").status_code == 404


def test_each_clinic_asked_has_its_own_and_others_have_none(client: Any, make_clinic: Make, make_request: Make) -> None:
    clinics = make_clinic(slug="clinic-lale"), make_clinic("Clinic Wisla", country="PL", slug="clinic-wisla")
    base = opened(client, make_request(*clinics))
    assert "No text in Polish yet" in client.get(base + "/phrases?clinic=clinic-wisla").page.text
    assert "No text in Turkish yet" in client.get(base + "/phrases?clinic=clinic-lale").page.text
    assert client.get(base + "/phrases?clinic=elsewhere").status_code == 404


def test_it_ends_with_the_request(client: Any, quoted: QuoteRequest) -> None:
    base = opened(client, quoted)
    close(quoted)
    db.session.commit()
    assert client.get(base + "/phrases").status_code == 409
