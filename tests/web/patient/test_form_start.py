"""The start of the form from a clinic's page says what will become of that clinic."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.quote_requests.models import QuoteRequest
from tests.factories import Make
from tests.web.patient.filling import answer_until


def test_a_clinic_that_can_be_asked_will_be_first(client: Any, make_clinic: Make) -> None:
    slug = make_clinic().slug
    assert "Clinic Lale will be first in your list" in client.get(f"/get-quotes?clinic={slug}").page.text


@pytest.mark.parametrize(
    ("state", "why"), [("paused", "Takes no requests at the moment"), ("suspended", "Its listing is not published")]
)
def test_one_that_takes_no_requests_is_said_to(client: Any, make_clinic: Make, state: str, why: str) -> None:
    slug = make_clinic(listing_state=state).slug
    text = client.get(f"/get-quotes?clinic={slug}").page.text
    assert f"Clinic Lale cannot be asked for quotes now: {why}." in text


def test_one_whose_check_has_ended_is_said_to(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    clinic.checks[0].expires_on = clock.today().replace(year=2020)
    db.session.commit()
    text = client.get(f"/get-quotes?clinic={clinic.slug}").page.text
    assert "Clinic Lale cannot be asked for quotes now: A required check is missing or has expired." in text
    assert "first in your list" not in text


@pytest.mark.parametrize("given", ["", "no-such-clinic", "%00", "a" * 300])
def test_an_unknown_one_is_not_spoken_of(client: Any, given: str) -> None:
    text = client.get(f"/get-quotes?clinic={given}").page.text
    assert "first in your list" not in text
    assert "cannot be asked" not in text


def test_what_was_begun_is_offered_and_continued(client: Any, make_clinic: Make) -> None:
    answer_until(client, "health")
    page = client.get(f"/get-quotes?clinic={make_clinic().slug}").page
    assert "You have begun already" in page.text
    answer = client.post("/get-quotes", data={**page.fields(), "resume": "yes"})
    assert answer.location == "/get-quotes/health"
    draft = db.session.scalars(select(QuoteRequest)).one()
    assert draft.started_from_id is not None


def test_starting_again_is_a_choice_and_leaves_the_answers_behind(client: Any) -> None:
    answer_until(client, "health")
    assert client.post("/get-quotes", data={"resume": "no"}).location == "/get-quotes/treatment"
    assert len(db.session.scalars(select(QuoteRequest)).all()) == 2
    assert "You have begun already" not in client.get("/get-quotes").page.text


def test_without_a_draft_there_is_nothing_to_continue(client: Any) -> None:
    assert "You have begun already" not in client.get("/get-quotes").page.text
    assert client.post("/get-quotes", data={"resume": "yes"}).location == "/get-quotes/treatment"
