"""Adding clinics: what was shown of those that were ticked is sent, or nothing is."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.leads.models import Lead
from marketplace.quote_requests import photos
from marketplace.quote_requests.models import Consent
from tests.factories import Make
from tests.web.patient.test_request_pages import opened


class Adding:
    """A patient with an open request, and two clinics more."""

    def __init__(self, client: Any, make_clinic: Make, make_request: Make) -> None:
        self.client, self.request = client, make_request(make_clinic("Clinic Lale"))
        self.nar, self.gul = make_clinic("Clinic Nar"), make_clinic("Clinic Gul")
        self.base = opened(client, self.request)
        self.fields = client.get(f"{self.base}/clinics").page.fields()

    def add(self, *, fields: dict[str, Any] | None = None, **ticked: Any) -> Any:
        ticked = {"clinics": [self.nar.slug]} | ticked
        return self.client.post(f"{self.base}/clinics", data=(self.fields if fields is None else fields) | ticked)

    def answer(self, step: str, **changes: Any) -> None:
        path = f"{self.base}/answers/{step}"
        page = self.client.get(path).page
        assert self.client.post(path, data=page.fields() | changes).status_code == 303

    def leads(self) -> int:
        db.session.expire_all()
        return len(list(db.session.scalars(select(Lead).where(Lead.request_id == self.request.id))))


@pytest.fixture
def adding(client: Any, make_clinic: Make, make_request: Make) -> Adding:
    return Adding(client, make_clinic, make_request)


def test_an_answer_changed_in_another_tab_sends_nothing(adding: Adding) -> None:
    adding.answer("when", trips="1")
    refused = adding.add()
    assert refused.status_code == 409
    assert "Trips" in refused.page.text
    assert adding.leads() == 1
    assert refused.page.fields()["clinics"] == [adding.nar.slug]
    assert adding.client.post(f"{adding.base}/clinics", data=refused.page.fields()).status_code == 303


def test_health_answers_count_where_they_go_along(adding: Adding) -> None:
    adding.answer("health", conditions=["allergy"])
    assert adding.add(share_health="y").status_code == 409
    assert adding.add().status_code == 303


def test_another_photo_counts_where_it_goes_along(adding: Adding) -> None:
    photos.add(adding.request, b"one")
    db.session.commit()
    assert adding.add(share_health="y").status_code == 409
    assert adding.leads() == 1


@pytest.mark.parametrize("change", [{"name": "Clinic Other"}, {"daily_capacity": 0}])
def test_a_ticked_clinic_that_changed_or_filled_up_sends_nothing(adding: Adding, change: dict[str, Any]) -> None:
    for name, value in change.items():
        setattr(adding.nar, name, value)
    db.session.commit()
    assert adding.add(clinics=[adding.nar.slug, adding.gul.slug]).status_code == 409
    assert adding.leads() == 1


def test_a_clinic_that_was_not_ticked_may_change(adding: Adding) -> None:
    adding.gul.name, adding.gul.daily_capacity = "Clinic Other", 0
    db.session.commit()
    assert adding.add().status_code == 303


@pytest.mark.parametrize("shown", [None, "", "clinic.x=1"])
def test_a_form_that_does_not_say_what_it_showed_sends_nothing(adding: Adding, shown: str | None) -> None:
    bare = {name: value for name, value in adding.fields.items() if name != "shown"}
    assert adding.add(fields=bare if shown is None else bare | {"shown": shown}).status_code == 409
    assert adding.leads() == 1


@pytest.mark.parametrize("ticked", [{}, {"share_health": "y"}])
def test_the_words_stored_are_words_that_were_shown(adding: Adding, ticked: dict[str, str]) -> None:
    text = adding.client.get(f"{adding.base}/clinics").page.text
    assert adding.add(**ticked).status_code == 303
    stored = db.session.scalars(select(Consent.text).where(Consent.clinic_id == adding.nar.id)).first()
    assert stored in text
