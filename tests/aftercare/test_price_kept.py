"""Was the price kept: one answer that can change, a number that stays, and a figure from five on."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.aftercare import price_kept
from marketplace.aftercare.price_kept import PriceAnswer, PriceMonth
from marketplace.clinics.track_records import shown_record
from marketplace.extensions import db
from marketplace.foundation.problems import WrongState
from marketplace.leads.models import Lead
from marketplace.retention.erasure import erase
from tests.factories import Make
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def lead(make_settled: Make) -> Lead:
    settled: Lead = make_settled()
    return settled


def month_of(lead: Lead) -> tuple[int, int, int]:
    row = db.session.scalars(select(PriceMonth).where(PriceMonth.clinic_id == lead.clinic_id)).one()
    return row.kept, row.raised, row.not_gone


@pytest.mark.parametrize(("answer", "counted"), [("yes", (1, 0, 0)), ("more", (0, 1, 0)), ("not_gone", (0, 0, 1))])
def test_each_answer_is_counted_once_however_often_it_changes(
    lead: Lead, answer: str, counted: tuple[int, int, int]
) -> None:
    for said in ("more", "yes", answer, answer):
        price_kept.say(lead.request, said, paid=51000)
    assert month_of(lead) == counted
    found = price_kept.price_answer(lead.request)
    assert found is not None
    assert price_kept.paid_of(lead.request, found) == (51000 if answer == "more" else None)


def test_the_answer_goes_with_the_request_and_the_number_stays(lead: Lead) -> None:
    price_kept.say(lead.request, "yes")
    erase(lead.request)
    assert db.session.scalars(select(PriceAnswer)).all() == []
    assert (month_of(lead), shown_record(lead.clinic_id).prices_kept) == ((1, 0, 0), 1)


def test_who_chose_nobody_has_nothing_to_say(make_quote: Make) -> None:
    with pytest.raises(WrongState):
        price_kept.say(make_quote().lead.request, "yes")


def test_it_is_published_from_five_on(client: Any, make_settled: Make, make_clinic: Make) -> None:
    clinic = make_clinic()
    for number, answer in enumerate(("yes", "yes", "not_gone", "more", "yes", "yes")):
        assert "Price kept" not in client.get(f"/clinic/{clinic.slug}").page.text
        price_kept.say(make_settled(clinic=clinic, email=f"p{number}@patient.example").request, answer)
    assert "in 4 of 5" in client.get(f"/clinic/{clinic.slug}").page.text


def test_one_tap_says_it_and_more_may_say_how_much(client: Any, lead: Lead) -> None:
    path = opened(client, lead.request) + "/kept"
    assert client.post(path, data={"kept": "yes"}).status_code == 303
    assert "You said: Yes, it was kept" in client.get(path).page.text
    assert client.post(path, data={"kept": "more", "paid": "a lot"}).status_code == 422
    assert client.post(path, data={"kept": "perhaps"}).status_code == 422
    assert client.post(path, data={"kept": "more", "paid": "510"}).status_code == 303
    assert client.get(path).page.one("input", id="paid").get("value") == "510"
