"""A link is a right for one purpose, with an end."""

from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.foundation import clock
from marketplace.foundation.problems import LinkGone
from marketplace.foundation.security import signed_links

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _database(db_session: object) -> None:
    """Links are rows."""


def token(**options: object) -> str:
    return signed_links.token_of(signed_links.issue("page", subject_id=uuid4(), lifetime=DAY, **options))  # type: ignore[arg-type]


def refusal(text: str, purpose: str = "page") -> str:
    with pytest.raises(LinkGone) as gone:
        signed_links.redeem(text, purpose=purpose)
    return gone.value.reason


def test_it_opens_again_and_again() -> None:
    text = token()
    assert signed_links.redeem(text, purpose="page").id == signed_links.redeem(text, purpose="page").id


def test_it_is_spent_once() -> None:
    text = token()
    signed_links.redeem(text, purpose="page", use=True)
    assert refusal(text) == "used"


def test_it_ends() -> None:
    text = token()
    with clock.set_to(clock.now() + DAY):
        assert refusal(text) == "expired"


def test_it_serves_no_other_purpose() -> None:
    assert refusal(token(), "confirm") == "altered"


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 64, "=" * 64, "../../etc/passwd", "A" * 5000])
def test_what_is_no_link(text: str) -> None:
    assert refusal(text) == "altered"


def test_one_changed_character_is_no_link() -> None:
    text = token()
    other = "A" if text[40] != "A" else "B"
    assert refusal(text[:40] + other + text[41:]) == "altered"


def test_the_next_one_ends_the_earlier() -> None:
    subject = uuid4()
    first = signed_links.token_of(signed_links.issue("confirm", subject_id=subject, lifetime=DAY))
    signed_links.issue("confirm", subject_id=subject, lifetime=DAY, replace=True)
    assert refusal(first, "confirm") == "used"
