"""A password is masked, and pasted or filled in by whatever keeps it; the reader holds every page to that."""

import pytest
from flask_security.recoverable import generate_reset_password_token

from tests.factories import PASSWORD
from tests.reading import Page, bare_passwords

FIELD = '<main><input name="new_password" type="password" autocomplete="new-password"></main>'


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('type="password"', 'type="text"'),
        ('autocomplete="new-password"', 'autocomplete="off"'),
        ("<input", '<input maxlength="20"'),
        ("<input", '<input value="x"'),
    ],
)
def test_the_reader_finds_a_bad_one(good: str, bad: str) -> None:
    assert bare_passwords(Page(FIELD)) == []
    assert bare_passwords(Page(FIELD.replace(good, bad))) == ["new_password"]


def test_every_place_to_type_one(client, make_operator, sign_in) -> None:
    account = make_operator()
    reset = f"/account/reset/{generate_reset_password_token(account)}"
    assert [len(fields(client, path)) for path in ("/account/login", reset)] == [1, 2]
    sign_in(account)
    assert [len(fields(client, path)) for path in ("/account/change", "/account/verify")] == [3, 1]


def fields(client, path: str) -> list[object]:
    return client.get(path).page.all("input", type="password")


@pytest.mark.parametrize("typed", [PASSWORD.upper(), PASSWORD[:-1], PASSWORD + " ", PASSWORD + "x" * 100])
def test_not_one_character_is_overlooked(client, make_operator, typed: str) -> None:
    form = {"email": make_operator().email, "password": typed}
    assert client.post("/account/login", data=form).status_code == 422
