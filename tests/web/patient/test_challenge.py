"""One more step for what looks like a robot; a person, with or without script, always gets through."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import altcha
import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import challenges, limits
from marketplace.foundation.security.challenges import SpentChallenge
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState
from tests.factories import Make
from tests.web.patient.filling import reach_check

ANA = {"email": "ana@patient.example"}


@pytest.fixture(autouse=True)
def _challenging(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(app.config, "CHALLENGES_ON", True)
    with clock.set_to(clock.now()):
        yield


def filled_in(client: Any, *, seconds: float = 20, **typed: str) -> Any:
    """The form for a link, sent so long after it was shown."""
    fields = client.get("/my/link").page.fields() | ANA | typed
    with later(seconds):
        return client.post("/my/link", data=fields)


def later(seconds: float) -> Any:
    return clock.set_to(clock.now() + timedelta(seconds=seconds))


def solved(page: Any) -> str:
    """What the browser's script puts into the field."""
    task = next(e.get("data-work") for e in page.all("div") if e.get("data-work"))
    challenge = altcha.Challenge.from_dict(json.loads(task))
    solution = altcha.solve_challenge(challenge)
    return altcha.Payload(challenge=challenge, solution=solution).to_base64()


def test_a_person_notices_nothing(client: Any) -> None:
    assert filled_in(client).status_code == 303


@pytest.mark.parametrize("seconds", [0, 2.9, 24 * 3600 + 1])
def test_too_fast_and_too_late_need_one_more_step(client: Any, seconds: float) -> None:
    answer = filled_in(client, seconds=seconds)
    assert answer.status_code == 422
    assert answer.page.fields()["email"] == ["ana@patient.example"]
    assert "One more step" in answer.page.text


@pytest.mark.parametrize("rendered", ["", "x", "1.2.3", "1772323200000.aa.0123456789abcdef0123456789abcdef"])
def test_a_forged_stamp_needs_one_more_step(client: Any, rendered: str) -> None:
    assert filled_in(client, rendered=rendered).status_code == 422


def test_a_stamp_for_something_else_is_none(app: Flask) -> None:
    timestamp = challenges.signed_timestamp("wait")
    assert challenges.age(timestamp, purpose="wait") < timedelta(seconds=1)
    assert challenges.age(timestamp, purpose="shown") is None


def test_what_people_do_not_see_robots_fill_in(client: Any) -> None:
    assert filled_in(client, website="https://spam.example").status_code == 422
    trap = client.get("/my/link").page.one("div", class_="trap")
    assert trap.get("aria-hidden") == "true"
    field = trap.find("input")
    assert (field.get("autocomplete"), field.get("tabindex")) == ("off", "-1")


def test_a_half_empty_bucket_needs_one_more_step(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "consume", lambda *_name, **_who: True)
    assert filled_in(client).status_code == 422


def test_the_browsers_work_is_accepted_once(client: Any) -> None:
    proof = solved(filled_in(client, seconds=0).page)
    assert filled_in(client, seconds=0, proof=proof).status_code == 303
    assert filled_in(client, seconds=0, proof=proof).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(SpentChallenge)) == 1


def test_work_for_a_task_of_ones_own_is_refused(app: Flask, client: Any) -> None:
    own = altcha.create_challenge("PBKDF2/SHA-256", 1, key_prefix="0", hmac_secret="guessed")
    proof = altcha.Payload(challenge=own, solution=altcha.solve_challenge(own)).to_base64()
    assert filled_in(client, seconds=0, proof=proof).status_code == 422


def test_work_made_easier_is_refused(client: Any) -> None:
    task = next(e.get("data-work") for e in filled_in(client, seconds=0).page.all("div") if e.get("data-work"))
    easier = altcha.Challenge.from_dict(json.loads(task.replace('"00"', '""')))
    proof = altcha.Payload(challenge=easier, solution=altcha.solve_challenge(easier)).to_base64()
    assert filled_in(client, seconds=0, proof=proof).status_code == 422


@pytest.mark.parametrize("proof", ["x", "e30=", "W10=", "bnVsbA==", "x" * 3000, "é", "1.2.3", "..", ".1."])
def test_nonsense_is_no_proof(client: Any, proof: str) -> None:
    assert filled_in(client, seconds=0, proof=proof).status_code == 422


def test_without_script_a_person_waits_ten_seconds_once(client: Any) -> None:
    fields = filled_in(client, seconds=0, rendered="").page.fields()
    with later(9):
        early = client.post("/my/link", data=fields)
    assert (early.status_code, early.page.fields()["proof"]) == (422, fields["proof"])
    with later(10):
        assert client.post("/my/link", data=fields).status_code == 303
        again = {**fields, "idem": str(uuid4())}  # another form, the same wait
        assert client.post("/my/link", data=again).status_code == 422


def test_a_wait_of_yesterday_is_none(client: Any) -> None:
    fields = filled_in(client, seconds=0, rendered="").page.fields()
    with later(31 * 60):
        assert client.post("/my/link", data=fields).status_code == 422


def test_the_last_step_of_a_request_keeps_its_ticks(client: Any, make_clinic: Make) -> None:
    data = {**reach_check(client, make_clinic().slug), "adult": "y", "aftercare": "y"}
    asked = client.post("/get-quotes/check", data=data)
    assert asked.status_code == 422
    again = asked.page.fields()
    assert {"adult", "idem"} <= set(again)
    assert client.post("/get-quotes/check", data={**again, "proof": solved(asked.page)}).location == "/get-quotes/sent"
    assert db.session.scalars(select(QuoteRequest.state)).one() == RequestState.UNCONFIRMED


def test_pressing_twice_with_a_proof_sends_once(client: Any, make_clinic: Make) -> None:
    data = {**reach_check(client, make_clinic().slug), "adult": "y"}
    data |= {"proof": solved(client.post("/get-quotes/check", data=data).page)}
    assert {client.post("/get-quotes/check", data=data).location for _ in range(2)} == {"/get-quotes/sent"}


def test_spent_proofs_are_forgotten_when_they_are_too_old_anyway(app: Flask) -> None:
    timestamp = challenges.signed_timestamp("wait")
    with later(10):
        assert challenges.accept_wait(timestamp)
        assert challenges.sweep(clock.now() + timedelta(minutes=30)) == 0
        assert challenges.sweep(clock.now() + timedelta(minutes=31)) == 1
