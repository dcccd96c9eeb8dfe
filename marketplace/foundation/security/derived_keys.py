"""Derives keys for one purpose each from the app's secret, and brings text into the one form that is hashed by them."""

import hashlib
import unicodedata

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


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
