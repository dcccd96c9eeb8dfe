"""The second factor: a code is accepted once."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask_security import Totp
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.extensions import db


class OnceOnlyTotp(Totp):
    """Remembers the time step of the last accepted code; it and everything before are refused."""

    def get_last_counter(self, user: Account) -> int | None:
        """Read under the row's lock: of two uses at once, one is refused."""
        query = select(Account.tf_last_counter).where(Account.id == user.id).with_for_update()
        return db.session.scalar(query)

    def set_last_counter(self, user: Account, tmatch: object) -> None:
        """Stored with the sign-in it allowed."""
        user.tf_last_counter = tmatch.counter  # type: ignore[attr-defined]


def derived_key(secret: str, *, purpose: bytes) -> bytes:
    """32 bytes for one purpose, from the app's secret."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
