"""What the tests of the clinics' pages share."""

from typing import Any

import pytest

from tests.factories import Make


@pytest.fixture
def desk(client: Any, make_clinic: Make, make_member: Make, sign_in: Any) -> Any:
    """A browser in which a clinic's owner is signed in; the clinic is `desk.clinic`."""
    client.clinic = make_clinic()
    return sign_in(make_member(client.clinic))
