"""The rules of passwords, and a second factor whose codes are accepted once."""

import re
from base64 import b64encode
from collections.abc import Iterator
from threading import Lock
from typing import cast

import qrcode
from flask import current_app
from flask_babel import gettext
from flask_security import PasswordUtil, Totp, UserMixin
from passlib.totp import TotpMatch
from qrcode.image.svg import SvgFillImage
from sqlalchemy import select
from zxcvbn import zxcvbn

from marketplace.accounts.models import Account
from marketplace.extensions import db

# What takes fewer than a million guesses: the lists of leaked passwords, words, names, dates, rows of keys (zxcvbn).
GUESSABLE = 2
LOOKED_AT = 72  # characters: what the estimate takes
_one_at_a_time = Lock()  # it keeps the words about the person in a place that all threads share


class Passwords(PasswordUtil):
    """The rule of a password: long enough, not guessable, not made of what is known of the person or the site."""

    def validate(self, password: str, is_register: bool, **given: UserMixin | None) -> tuple[list[str] | None, str]:
        """Returns what is wrong, and the normalised password; `user` is whose it is."""
        problems, text = super().validate(password, is_register, **given)
        user = given.get("user")
        about = (getattr(user, "name", ""), getattr(user, "email", ""))
        return problems or _too_easy(text, about=about), text


def password_problem(password: str, *, about: tuple[str | None, ...] = ()) -> str | None:
    """Returns what is wrong with a password, or None. `about` is what is known of the person."""
    errors, text = current_app.extensions["security"].password_util.validate(password, is_register=False)
    errors = errors or _too_easy(text, about=about)
    return str(errors[0]) if errors else None


def normalise_password(password: str) -> str:
    """Returns the password as it is compared when signing in."""
    text: str = current_app.extensions["security"].password_util.normalize(password)
    return text


def _too_easy(password: str, *, about: tuple[str | None, ...]) -> list[str] | None:
    with _one_at_a_time:
        found = zxcvbn(password[:LOOKED_AT], user_inputs=list(_words(str(current_app.config["SITE_NAME"]), *about)))
    if found["score"] >= GUESSABLE:
        return None
    return [
        gettext("This password is easy to guess. Choose another, for example four words that do not belong together")
    ]


def _words(*texts: str | None) -> Iterator[str]:
    for text in texts:
        yield from (word for word in re.split(r"\W+", text or "") if len(word) > 2)


class OnceOnlyTotp(Totp):
    """TOTP that accepts a code once: the last accepted time step and all before it are refused."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Reads the last accepted time step under the row's lock: of two uses at once, one is refused."""
        query = select(Account.tf_last_counter).where(Account.id == cast(Account, user).id).with_for_update()
        return db.session.scalar(query)

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Stores the time step with the sign-in it allowed."""
        cast(Account, user).tf_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Returns the QR code as a data URL, dark on white, so that it can be scanned in a dark theme, too."""
        image = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgFillImage)
        return f"data:image/svg+xml;base64,{b64encode(image.to_string()).decode('ascii')}"
