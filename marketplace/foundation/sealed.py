"""Health answers and contact details are sealed with one data key per request; destroying the key erases them.

AES-256-GCM-SIV (RFC 8452). A sealed value is version, nonce, ciphertext; its associated data names the column and
the row, so that a value moved elsewhere does not open. Data keys are wrapped by the newest master key.
"""

import hashlib
import hmac
import json
import os
import unicodedata
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

VERSION = b"\x01"
NONCE = 12


class CannotOpen(Exception):
    """The key is gone, or the value is not what was sealed here."""


class Keyring:
    """The master keys from the environment, newest first, and the key of the look-up hashes."""

    def __init__(self) -> None:
        self._masters: tuple[bytes, ...] = ()
        self._index = b""

    def load(self, masters: tuple[bytes, ...], *, secret: str) -> None:
        """Called once at start."""
        self._masters = masters
        self._index = hashlib.sha256(b"look-up|" + secret.encode()).digest()

    def wrap(self, data_key: bytes, *, owner: UUID) -> bytes:
        """The data key as it is stored, under the newest master key."""
        return _seal(self._masters[0], data_key, _place("data_key", owner))

    def unwrap(self, wrapped: bytes | None, *, owner: UUID) -> bytes:
        """The data key itself. Raises CannotOpen when it was destroyed or no master key fits."""
        for master in self._masters if wrapped else ():
            try:
                return _open(master, wrapped or b"", _place("data_key", owner))
            except CannotOpen:
                continue
        raise CannotOpen("data key")

    def look_up_hash(self, text: str) -> bytes:
        """A keyed hash by which an address is found again without being readable (HMAC-SHA-256, NFKC, casefold)."""
        folded = unicodedata.normalize("NFKC", text.strip()).casefold()
        return hmac.new(self._index, folded.encode(), hashlib.sha256).digest()[:16]


keyring = Keyring()


class Box:
    """What one data key seals, for one owning row."""

    def __init__(self, wrapped: bytes | None, *, owner: UUID) -> None:
        self._key = keyring.unwrap(wrapped, owner=owner)
        self._owner = owner

    def seal(self, column: str, value: Any) -> bytes:
        """Any JSON value, sealed for that column of the owner."""
        return _seal(
            self._key,
            json.dumps(value, ensure_ascii=False).encode(),
            _place(column, self._owner),
        )

    def open(self, column: str, sealed: bytes) -> Any:
        """The JSON value. Raises CannotOpen for a value of another column or row."""
        return json.loads(_open(self._key, sealed, _place(column, self._owner)))


def new_data_key(*, owner: UUID) -> bytes:
    """A fresh data key, wrapped."""
    return keyring.wrap(os.urandom(32), owner=owner)


def _place(column: str, owner: UUID) -> bytes:
    return f"{column}:{owner}".encode()


def _seal(key: bytes, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return VERSION + nonce + AESGCMSIV(key).encrypt(nonce, plain, place)


def _open(key: bytes, sealed: bytes, place: bytes) -> bytes:
    try:
        return AESGCMSIV(key).decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], place)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(place.decode()) from error
