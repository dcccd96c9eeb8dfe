"""Consent to what a page showed: where the page would show something else by now, nothing is done.

The form carries a keyed hash of each fact that was shown. Hashes of single facts, not of the page, let the answer mark
what changed; a change of what the person did not agree to stops nobody.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from wtforms import HiddenField

from marketplace.foundation.security.sealed import signing_key
from marketplace.web.forms.base import Form

STALE = 409
HASH_LENGTH = 24  # hex digits: 96 bits, of which nobody can try many
MAX_LENGTH = 4000  # of the hidden field, as of any other


@dataclass(frozen=True)
class Changes:
    """What differs from the page shown: facts changed, facts gone, and whether the form said what it showed."""

    changed: frozenset[str] = frozenset()
    gone: tuple[str, ...] = ()
    known: bool = True

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone or not self.known)


@dataclass(frozen=True)
class Shown:
    """The facts of one page by name; `page` is its kind and its owner, so that no other page's hash fits."""

    page: tuple[str, ...]
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def value(self) -> str:
        """Returns the value of the hidden field: name=hash for each fact, separated by spaces."""
        return " ".join(f"{name}={self._hash(name)}" for name in self.facts)

    def changes_since(self, value: str, *, among: Collection[str] | None = None) -> Changes:
        """Returns what differs from the page that had this value, in all facts or `among` those named."""
        before = _parsed(value)
        if not before:
            return Changes(known=False)
        counts = set(before) | set(self.facts) if among is None else set(among)
        now = {name: self._hash(name) for name in self.facts if name in counts}
        changed = {name for name, hashed in now.items() if not hmac.compare_digest(before.get(name, ""), hashed)}
        gone = tuple(name for name in before if name in counts and name not in self.facts)
        return Changes(frozenset(changed), gone)

    def _hash(self, name: str) -> str:
        text = json.dumps([*self.page, name, self.facts[name]], default=str, sort_keys=True)
        return hmac.new(signing_key("shown"), text.encode(), hashlib.sha256).hexdigest()[:HASH_LENGTH]


def _parsed(value: str) -> dict[str, str]:
    parts = [part.rpartition("=") for part in value.split()] if len(value) <= MAX_LENGTH and value.isascii() else []
    return {name: hashed for name, _equals, hashed in parts if name}


class AgreeingForm(Form):
    """A form of a page that asks for consent; it carries what the page showed."""

    shown = HiddenField()
    changes = Changes()

    def show(self, shown: Shown) -> None:
        """Stores what the page shows in the form; call it before the page is rendered."""
        self.shown.data = shown.value

    def agrees_to(self, shown: Shown, *, among: Collection[str] | None = None) -> bool:
        """Returns whether the person saw what holds now; else `changes` says what differs.

        A form that does not say what it showed agrees to nothing.
        """
        self.changes = shown.changes_since(self.shown.data or "", among=among)
        self.show(shown)
        return not self.changes


def items(changes: Changes, labels: Mapping[str, object], *, gone: str) -> list[tuple[str | None, str]]:
    """Returns the lines of the note above a page that changed, as (anchor, words); `gone` is that for lost facts."""
    if not changes.known:
        return [(None, _("This page was out of date. Read it as it is now"))]
    named = [(f"fact-{name}", str(label)) for name, label in labels.items() if name in changes.changed]
    return named + [(None, gone)] * bool(changes.gone)
