"""What the address of an operator's list asks for and cannot be used is said: on top, and beside its field."""

import pytest

from tests.reading import words


@pytest.fixture
def desk(client, make_operator, sign_in):
    """A signed-in operator's browser."""
    return sign_in(make_operator(), client)


BAD = [
    ("/operator/clinics?state=flying", "“flying” is on no list", "state"),
    ("/operator/clinics?country=zz", "“zz” is on no list", "country"),
    ("/operator/clinics?page=x", "“x” is not the number of a page", None),
    ("/operator/clinics?page=99", "There is no page 99. This is page 1, the last", None),
    ("/operator/requests?state=flying", "“flying” is on no list", "state"),
    ("/operator/requests?without_clinic=maybe", "“maybe” is on no list", "without_clinic"),
    ("/operator/review?kind=odd", "“odd” is on no list", "kind"),
    ("/operator/review?state=odd&page=0", "“odd” is on no list", None),
    ("/operator/emails?state=odd", "“odd” is on no list", None),
    ("/operator/checks?state=odd", "“odd” is on no list", None),
    ("/operator/checks?expires_within=9999", "enter a whole number from 0 to 366", None),
    ("/operator/audit?day=never", "Day (UTC): “never” is not known", "day"),
    ("/operator/audit?clinic=nowhere", "Clinic: “nowhere” is not known", "clinic"),
    ("/operator/audit?event=Nothing", "“Nothing” is on no list", "event"),
    ("/operator/audit?after=x", "This is no place in the log", None),
]


@pytest.mark.parametrize(("address", "told", "field"), BAD)
def test_it_is_said_and_the_list_is_shown(desk, address: str, told: str, field: str | None) -> None:
    answer = desk.get(address)
    assert answer.status_code == 200
    assert told in words(answer.page.one("div", role="alert"))
    if field:
        assert told in words(answer.page.one("p", id=f"{field}-error"))


@pytest.mark.parametrize("address", ["clinics", "requests", "review", "emails", "checks", "audit"])
def test_nothing_is_said_where_all_can_be_used(desk, address: str) -> None:
    assert desk.get(f"/operator/{address}").page.all("div", role="alert") == []
