"""Sealed values open only where they were sealed, and never once the key is gone."""

import os
from uuid import uuid4

import pytest

from marketplace.foundation.security.sealed import Box, CannotOpen, Keyring, keyring, new_data_key


@pytest.fixture(autouse=True)
def _keys(app: object) -> None:
    """The app loads them."""


def test_what_is_sealed_opens() -> None:
    owner = uuid4()
    box = Box(new_data_key(owner=owner), owner=owner)
    assert box.open("health", box.seal("health", {"conditions": ["none"]})) == {"conditions": ["none"]}


def test_moved_to_another_column_it_does_not_open() -> None:
    owner = uuid4()
    box = Box(new_data_key(owner=owner), owner=owner)
    with pytest.raises(CannotOpen):
        box.open("name", box.seal("contact", "Ana"))


def test_moved_to_another_row_the_key_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        Box(new_data_key(owner=uuid4()), owner=uuid4())


def test_without_its_key_nothing_opens() -> None:
    with pytest.raises(CannotOpen):
        Box(None, owner=uuid4())


def test_an_older_master_key_still_unwraps() -> None:
    owner, old, new = uuid4(), os.urandom(32), os.urandom(32)
    before, after = Keyring(), Keyring()
    before.load((old,), secret="s")
    after.load((new, old), secret="s")
    assert after.unwrap(before.wrap(b"k" * 32, owner=owner), owner=owner) == b"k" * 32


def test_an_address_is_found_however_it_is_written() -> None:
    assert keyring.look_up_hash(" Ana@Patient.example ") == keyring.look_up_hash("ana@patient.example")
    assert keyring.look_up_hash("bob@patient.example") != keyring.look_up_hash("ana@patient.example")
