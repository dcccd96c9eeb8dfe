"""The rules of a password, the same wherever one is chosen."""

import re
from collections.abc import Iterator
from threading import Lock
from typing import Any

from flask import current_app
from flask_babel import gettext
from flask_security import PasswordUtil
from zxcvbn import zxcvbn

# What takes fewer than a million guesses: the lists of leaked passwords, words, names, dates, rows of keys (zxcvbn).
GUESSABLE = 2
LOOKED_AT = 72  # characters: what the estimate takes
_one_at_a_time = Lock()  # it keeps the words about the person in a place that all threads share


class Passwords(PasswordUtil):
    """Long enough, and neither known to everybody nor made of what is known of the person or the site."""

    def validate(self, password: str, is_register: bool, **given: Any) -> tuple[list[str] | None, str]:
        """For every form of the library; `user` is whose it is."""
        problems, text = super().validate(password, is_register, **given)
        user = given.get("user")
        about = (getattr(user, "name", ""), getattr(user, "email", ""))
        return problems or _too_easy(text, about=about), text


def problem_with(password: str, *, about: tuple[str | None, ...] = ()) -> str | None:
    """What to mend; None for one that will do. `about` is what is known of the person."""
    errors, text = current_app.extensions["security"].password_util.validate(password, is_register=False)
    errors = errors or _too_easy(text, about=about)
    return str(errors[0]) if errors else None


def normal(password: str) -> str:
    """As it is compared when signing in."""
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
