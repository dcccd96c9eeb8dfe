"""The confirming link: shows all that goes out, sends exactly that, and leads back to the answers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.leads.submission import submit
from marketplace.quote_requests.models import QuoteRequest
from tests.conftest import reader_of
from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import answer
from tests.web.patient.test_request_pages import token


def sent(*clinics: Any, make_draft: Make, share: bool = True, **changes: Any) -> tuple[QuoteRequest, str]:
    """An unconfirmed request and the page of its link."""
    request = make_draft(*clinics, **changes)
    submit(request, share_health=share, aftercare=False)
    db.session.commit()
    return request, f"/q/{token(request, 'confirm')}/confirm"


def leads() -> list[Lead]:
    db.session.expire_all()
    return list(db.session.scalars(select(Lead)))


def test_it_shows_the_answers_the_recipients_and_the_words(client: Any, make_clinic: Make, make_draft: Make) -> None:
    _request, link = sent(make_clinic(), make_draft=make_draft, conditions=["allergy"], details="lidocaine", photos=2)
    text = client.get(link).page.text
    for shown in ("Clinic Lale", "ana@patient.example", "2 trips", "lidocaine", "2 photos", "United Kingdom"):
        assert shown in text
    assert "I agree that Meridian sends my health answers and 2 photos to Clinic Lale (Türkiye)" in text


def test_a_used_link_opens_the_request_in_the_browser_that_holds_it(
    client: Any, make_clinic: Make, make_draft: Make
) -> None:
    clinics = [make_clinic(f"Clinic {name} (sample)") for name in ("Lale", "Nar")]
    request, link = sent(*clinics, make_draft=make_draft)
    told = client.post(link, data=client.get(link).page.fields(), follow_redirects=True).page
    assert "Your request has gone to Clinic Lale (sample) and Clinic Nar (sample)" in words(told.root)
    opened = f"/my/requests/{request.ref}"
    assert opened in {a.get("href") for a in client.get(link).page.one("main").iter("a")}
    assert opened not in {a.get("href") for a in reader_of(client.application).get(link).page.all("a")}


def test_a_browser_that_nobody_knows_is_shown_no_health(client: Any, make_clinic: Make, make_draft: Make) -> None:
    _request, link = sent(make_clinic(), make_draft=make_draft, conditions=["allergy"], details="lidocaine")
    with clock.set_to(clock.now() + timedelta(minutes=11)):
        text = client.get(link).page.text
        assert "lidocaine" not in text
        assert "allergic" not in text
        fields = client.get(link).page.fields()
        assert client.post(link, data=fields).status_code == 303


@pytest.mark.parametrize("change", [{"daily_capacity": 0}, {"listing_state": "paused"}, {"languages": ["fr"]}])
def test_a_clinic_that_filled_up_or_changed_sends_nothing(
    client: Any, make_clinic: Make, make_draft: Make, change: dict[str, Any]
) -> None:
    clinic, other = make_clinic("Clinic Lale"), make_clinic("Clinic Nar")
    _request, link = sent(clinic, other, make_draft=make_draft)
    fields = client.get(link).page.fields()
    clinic.paused_at = clinic.published_at
    for name, value in change.items():
        setattr(clinic, name, value)
    db.session.commit()
    refused = client.post(link, data=fields)
    assert refused.status_code == 409
    assert "Clinic Lale does not get your request" in refused.page.text
    assert leads() == []
    assert client.post(link, data=refused.page.fields()).status_code == 303
    assert [lead.clinic.name for lead in leads()] == ["Clinic Nar"]


@pytest.mark.parametrize("value", [None, "", "x=1"])
def test_a_form_that_does_not_say_what_it_showed_sends_nothing(
    client: Any, make_clinic: Make, make_draft: Make, value: str | None
) -> None:
    _request, link = sent(make_clinic(), make_draft=make_draft)
    refused = client.post(link, data={} if value is None else {"shown": value})
    assert refused.status_code == 409
    assert leads() == []
    assert client.post(link, data=refused.page.fields()).status_code == 303


def test_the_answers_can_be_changed_first(client: Any, make_clinic: Make, make_draft: Make) -> None:
    clinic, other = make_clinic("Clinic Lale"), make_clinic("Clinic Nar")
    request, link = sent(clinic, make_draft=make_draft)
    changed = client.post(link.replace("/confirm", "/change"))
    assert changed.headers["Location"] == "/get-quotes/check"
    assert client.get(link).status_code == 404
    answer(client, "when", change="1", trips="1")
    answer(client, "clinics", clinics=[other.slug])
    page = client.get("/get-quotes/check").page
    assert client.post("/get-quotes/check", data=page.fields() | {"adult": "y"}).status_code == 303
    again = f"/q/{token(request, 'confirm')}/confirm"
    assert client.post(again, data=client.get(again).page.fields()).status_code == 303
    assert [lead.clinic.name for lead in leads()] == ["Clinic Nar"]


def test_an_old_mail_in_another_browser_opens_no_answers(
    client: Any, app: Any, make_clinic: Make, make_draft: Make
) -> None:
    request, link = sent(make_clinic(), make_draft=make_draft)
    with clock.set_to(clock.now() + timedelta(minutes=11)):
        refused = reader_of(app).post(link.replace("/confirm", "/change"))
    assert refused.headers["Location"] == "/my/link"
    db.session.expire_all()
    assert request.state == "unconfirmed"
