"""The start of the form from a clinic's page says what will become of that clinic."""

from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.foundation import clock
from tests.factories import Make


def test_a_clinic_that_can_be_asked_will_be_first(client: Any, make_clinic: Make) -> None:
    slug = make_clinic().slug
    assert "Clinic Lale will be first in your list" in client.get(f"/get-quotes?clinic={slug}").page.text


@pytest.mark.parametrize("state", ["paused", "suspended"])
def test_one_that_takes_no_requests_is_said_to(client: Any, make_clinic: Make, state: str) -> None:
    slug = make_clinic(listing_state=state).slug
    assert "Clinic Lale cannot be asked for quotes now" in client.get(f"/get-quotes?clinic={slug}").page.text


def test_one_whose_check_has_ended_is_said_to(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    clinic.checks[0].expires_on = clock.today().replace(year=2020)
    db.session.commit()
    text = client.get(f"/get-quotes?clinic={clinic.slug}").page.text
    assert "Clinic Lale cannot be asked for quotes now" in text
    assert "first in your list" not in text


@pytest.mark.parametrize("given", ["", "no-such-clinic", "%00", "a" * 300])
def test_an_unknown_one_is_not_spoken_of(client: Any, given: str) -> None:
    text = client.get(f"/get-quotes?clinic={given}").page.text
    assert "first in your list" not in text
    assert "cannot be asked" not in text
