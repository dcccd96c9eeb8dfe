"""Keys made from the secret stay what they were: links lie in mailboxes, sessions and addresses in the database."""

import pytest

from marketplace.foundation.security.sealed import normalised, sealing_key, signing_key


def test_the_keys_of_a_secret_do_not_change() -> None:
    assert signing_key("link", secret="a secret").hex() == (
        "76a08c3d5a0abb17794c0572f785e0263847472d2ec50fbbb74c2a208ec87f9a"
    )
    assert sealing_key("a secret", purpose=b"web session").hex() == (
        "1a9ed84e49193ae8ad43f1493da94bc8bf1dd78f081600bd3d970ad90a7935c8"
    )


@pytest.mark.parametrize("typed", ["ana@patient.example", " ANA@patient.example ", "\uff21na@patient.example"])
def test_an_address_is_the_same_however_it_is_typed(typed: str) -> None:
    assert normalised(typed) == "ana@patient.example"
