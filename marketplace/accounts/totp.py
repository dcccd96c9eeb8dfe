"""The second factor: a code is accepted once."""

from base64 import b64encode
from typing import Any

import qrcode
from flask_security import Totp
from qrcode.image.svg import SvgFillImage
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.extensions import db


class OnceOnlyTotp(Totp):
    """Remembers the time step of the last accepted code; it and everything before are refused."""

    def get_last_counter(self, user: Any) -> int | None:
        """Read under the row's lock: of two uses at once, one is refused."""
        query = select(Account.tf_last_counter).where(Account.id == user.id).with_for_update()
        return db.session.scalar(query)

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Stored with the sign-in it allowed."""
        user.tf_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Dark on its own white ground, so that it can be scanned in a dark theme, too."""
        image = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgFillImage)
        return f"data:image/svg+xml;base64,{b64encode(image.to_string()).decode('ascii')}"
