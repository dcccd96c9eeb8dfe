"""Seals health answers and contact details with one data key a request; destroying the key erases them. Derives the
keys for other purposes from the app's secret.

AES-256-GCM-SIV (RFC 8452). A sealed value is version, nonce, ciphertext; its associated data names table, column and
row, so that a value moved elsewhere does not open. Data keys are wrapped by the newest master key: version, that key's
id, nonce, ciphertext. Values of the first version opened under shorter names and without a key's id; they still do.
"""

import hashlib
import hmac
import json
import os
import unicodedata
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from marketplace.foundation.database.columns import Json


def signing_key(purpose: str, *, secret: str | None = None) -> bytes:
    """32 bytes for HMAC: SHA-256 over purpose and secret; the secret is SECRET_KEY where none is given."""
    known = str(current_app.config["SECRET_KEY"]) if secret is None else secret
    return hashlib.sha256(f"{purpose}|{known}".encode()).digest()


def sealing_key(secret: str, *, purpose: bytes) -> bytes:
    """32 bytes to encrypt with: HKDF-SHA-256 (RFC 5869) over secret and purpose."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def normalised(text: str) -> str:
    """The text in the one form that all ways to type an address share: NFKC, no space around, casefold."""
    return unicodedata.normalize("NFKC", text.strip()).casefold()


FIRST_VERSION, VERSION = b"\x01", b"\x02"
NONCE, KEY_ID = 12, 4
# What the first version called them, where that was not the column without its table.
FIRST_NAMES = {
    "message.body_sealed": "message:{row}",
    "quote.message_sealed": "quote_message:{row}",
    "quote.answers_sealed": "quote_answers:{row}",
    "email.recipient_sealed": "email_to:{row}",
    "email.text_sealed": "email_text:{row}",
    "email.html_sealed": "email_html:{row}",
}


class CannotOpen(Exception):
    """The data key is destroyed, or the value is not what was sealed here."""


class KeyMissing(Exception):
    """The master key that wraps the data key is not among FIELD_KEYS. Nothing is erased: it may come back."""


class Keyring:
    """The master keys from the environment, newest first, and the key of the look-up hashes."""

    def __init__(self) -> None:
        self._masters: dict[bytes, bytes] = {}
        self._index = b""

    def load(self, masters: tuple[bytes, ...], *, secret: str) -> None:
        """Takes the keys, once, at start."""
        self._masters = {hashlib.sha256(master).digest()[:KEY_ID]: master for master in masters}
        self._index = signing_key("look-up", secret=secret)

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The master keys' ids, newest first: what may be shown of them."""
        return tuple(self._masters)

    @property
    def newest(self) -> bytes:
        """The bytes that begin a data key which the newest master key wraps."""
        return VERSION + self.ids[0]

    def wrap(self, data_key: bytes, *, owner: UUID) -> bytes:
        """The data key as it is stored: encrypted by the newest master key."""
        return self.newest + _seal(self._masters[self.ids[0]], data_key, _key_associated_data(owner))

    def unwrap(self, wrapped: bytes | None, *, owner: UUID) -> bytes:
        """The data key itself. Raises CannotOpen when it was destroyed, KeyMissing when its master key is not here."""
        if not wrapped:
            raise CannotOpen("data key")
        if wrapped[:1] == VERSION:
            master = self._masters.get(wrapped[1 : 1 + KEY_ID])
            if master is None:
                raise KeyMissing("master key")
            return _open(master, wrapped[1 + KEY_ID :], _key_associated_data(owner))
        return self._unwrap_first(wrapped, owner)

    def _unwrap_first(self, wrapped: bytes, owner: UUID) -> bytes:
        for master in self._masters.values():
            try:
                return _open(master, wrapped[1:], _key_associated_data(owner))
            except CannotOpen:
                continue
        raise CannotOpen("data key")

    def look_up_hash(self, text: str) -> bytes:
        """A keyed hash by which an address is found again without being readable (HMAC-SHA-256, NFKC, casefold)."""
        return hmac.new(self._index, normalised(text).encode(), hashlib.sha256).digest()[:16]


keyring = Keyring()


class Box:
    """Seals and opens with one data key, for one owning row and the rows that belong to it."""

    def __init__(self, wrapped: bytes | None, *, owner: UUID) -> None:
        self._key = keyring.unwrap(wrapped, owner=owner)
        self._owner = owner

    def seal(self, column: str, value: Json, *, row: UUID | None = None) -> bytes:
        """Any JSON value, sealed for that `table.column` of the owner, or of a row of its own."""
        return self.seal_bytes(column, json.dumps(value, ensure_ascii=False).encode(), row=row)

    def seal_bytes(self, column: str, plain: bytes, *, row: UUID | None = None) -> bytes:
        """The same for bytes."""
        return VERSION + _seal(self._key, plain, f"{column}:{row or self._owner}")

    def open(self, column: str, sealed: bytes, *, row: UUID | None = None) -> Any:
        """The JSON value. Raises CannotOpen for a value of another column or row."""
        return json.loads(self.open_bytes(column, sealed, row=row))

    def open_bytes(self, column: str, sealed: bytes, *, row: UUID | None = None) -> bytes:
        """The same for bytes. Raises CannotOpen."""
        place = f"{column}:{row or self._owner}"
        if sealed[:1] == FIRST_VERSION:
            place = self._first_place(column, row)
        return _open(self._key, sealed[1:], place)

    def _first_place(self, column: str, row: UUID | None) -> str:
        name = FIRST_NAMES.get(column) or column.partition(".")[2].removesuffix("_sealed") or column
        return f"{name.format(row=row)}:{self._owner}"


def new_data_key(*, owner: UUID) -> bytes:
    """A fresh data key, wrapped by the newest master key."""
    return keyring.wrap(os.urandom(32), owner=owner)


def _key_associated_data(owner: UUID) -> str:
    return f"data_key:{owner}"


def _seal(key: bytes, plain: bytes, place: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCMSIV(key).encrypt(nonce, plain, place.encode())


def _open(key: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESGCMSIV(key).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(place) from error
