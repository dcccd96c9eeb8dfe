"""One rule for an address, wherever it is typed: forms of ours, sign-in, the import and the commands."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from marketplace.foundation.security.input_safety import mailable
from marketplace.mail.message import one_address
from tests.factories import PASSWORD

AROUND = [" {}", "{} ", "\t{}", "\u200b{}", "{}\u200b", "\ufeff{}\u2060", "\u00a0{}\u202f", "{}\u00ad", "\u3000{}"]
NEVER = ["=?utf-8?q?x?=@cases.example", "ödön@cases.example", "a b@cases.example", "ada@", "@cases.example", "x@y"]
OUR_FORMS = ["/my/link"]
FORMS_OF_SIGN_IN = ["/account/reset", "/account/confirm"]


@pytest.mark.parametrize("around", AROUND)
def test_what_nobody_sees_around_an_address_is_cut(around: str) -> None:
    assert mailable(around.format("Ada@Cases.example")) == "Ada@cases.example"


@pytest.mark.parametrize("address", NEVER)
def test_what_can_never_be_mailed_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"not an address|encoded word"):
        mailable(address)


@given(st.text("aZ9.=?_-+@\u200b \u00e9\u0130\"'()<>,;:\\", max_size=24), st.sampled_from(["", "@cases.example"]))
def test_whatever_is_taken_can_be_written_into_a_header(text: str, domain: str) -> None:
    try:
        address = mailable(text + domain)
    except ValueError:
        return
    assert mailable(address) == address
    assert one_address(address).addr_spec.isascii()


@pytest.mark.parametrize("around", AROUND)
def test_sign_in_takes_it(client: Any, make_operator: Any, around: str) -> None:
    form = {"email": around.format(make_operator().email), "password": PASSWORD}
    assert client.post("/account/login", data=form).location == "/account"


@pytest.mark.parametrize("path", [*OUR_FORMS, *FORMS_OF_SIGN_IN])
@pytest.mark.parametrize("around", AROUND[:6])
def test_every_form_takes_it(client: Any, path: str, around: str) -> None:
    assert client.post(path, data={"email": around.format("ada@cases.example")}).status_code == 303


@pytest.mark.parametrize("path", [*OUR_FORMS, "/account/change-email"])
@pytest.mark.parametrize("address", NEVER)
def test_every_form_that_keeps_it_refuses_it(
    client: Any, make_operator: Any, sign_in: Any, path: str, address: str
) -> None:
    sign_in(make_operator())
    answer = client.post(path, data={"email": address})
    assert answer.status_code == 422
    assert "name@example.com" in answer.page.text


@pytest.mark.parametrize("address", NEVER)
def test_the_command_says_it_in_one_line(own_app: Flask, address: str) -> None:
    answer = own_app.test_cli_runner().invoke(args=["operator", "create", address])
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)
    assert answer.output.startswith("Error: ")


def test_the_command_takes_space_around_it(own_app: Flask) -> None:
    answer = own_app.test_cli_runner().invoke(args=["operator", "create", " op@meridian.example "])
    assert (answer.exit_code, "/account/reset/" in answer.output) == (0, True)
