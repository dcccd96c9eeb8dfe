"""What the tests of the operators' pages share."""

from typing import Any

import pytest

from tests.factories import Make


@pytest.fixture
def desk(client: Any, make_operator: Make, sign_in: Any) -> Any:
    """A browser in which an operator is signed in."""
    return sign_in(make_operator())
