"""A draft is kept for 24 hours in this browser: its cookie outlives the browser exactly as long, and no longer."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from marketplace.foundation import clock
from tests.factories import Make
from tests.web.patient.filling import ANSWERS, answer, begin, press, reach_check

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def kept_until(response: Any) -> datetime | None:
    """When the browser lets the cookie go; None: when it is closed, or no cookie was sent."""
    for cookie in response.headers.getlist("Set-Cookie"):
        for part in cookie.split("; "):
            if part.startswith("Expires="):
                return parsedate_to_datetime(part.removeprefix("Expires="))
    return None


def test_starting_keeps_the_cookie_for_the_drafts_life(client: Any) -> None:
    with clock.set_to(NOW):
        assert kept_until(begin(client)) == NOW + timedelta(hours=24)


@pytest.mark.parametrize("step", list(ANSWERS))
def test_each_answer_keeps_it_anew(client: Any, step: str) -> None:
    with clock.set_to(NOW):
        begin(client)
        for earlier in list(ANSWERS)[: list(ANSWERS).index(step)]:
            answer(client, earlier)
    with clock.set_to(NOW + timedelta(hours=3)):
        assert kept_until(answer(client, step)) == NOW + timedelta(hours=27)


def test_looking_keeps_nothing_longer(client: Any) -> None:
    begin(client)
    assert kept_until(client.get("/get-quotes/treatment")) is None
    assert kept_until(client.get("/get-quotes")) is None


def test_once_sent_the_cookie_ends_with_the_browser(client: Any, make_clinic: Make) -> None:
    fields = reach_check(client, make_clinic().slug)
    sent = client.post("/get-quotes/check", data={**fields, "adult": "y"})
    assert sent.headers.getlist("Set-Cookie")
    assert kept_until(sent) is None


def test_who_has_signed_in_is_not_remembered_by_it(
    client: Any, sign_in: Any, make_clinic: Make, make_member: Make
) -> None:
    sign_in(make_member(make_clinic()))
    assert kept_until(press(client, "/get-quotes")) is None
