"""A form whose token is gone (a lost cookie, a page open for days) is shown again: one press sends it with a new one.

What was typed stands in the page and nowhere else; passwords and codes are typed anew.
"""

from dataclasses import dataclass, field

from flask import request
from werkzeug.exceptions import HTTPException

from marketplace.foundation.database.roles import use_role
from marketplace.foundation.problems import Problem
from marketplace.foundation.security.input_safety import hostile
from marketplace.web.access import policy_here

PROOFS = {"csrf_token", "code"}
UNSEEN = {"idem", "shown", "change", "next", "website", "rendered", "proof"}


@dataclass(frozen=True)
class SentAgain:
    """What goes along unseen, what is shown of it, and whether who sends it would be let in."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    files: bool = False
    let_in: bool = False


def what_was_sent() -> SentAgain:
    """Of this request; a text that cannot be shown is left out."""
    sent = [(name, value) for name, value in request.form.items(multi=True) if _is_kept(name, value)]
    seen = {name: [value for other, value in sent if other == name] for name, _value in sent if name not in UNSEEN}
    rows = [{"key": _label(name), "value": ", ".join(values)} for name, values in seen.items() if any(values)]
    return SentAgain(request.full_path.rstrip("?"), sent, rows, bool(request.files), _would_be_let_in())


def _is_kept(name: str, value: str) -> bool:
    return name not in PROOFS and "password" not in name and not hostile(name) and not hostile(value, lines=True)


def _label(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def _would_be_let_in() -> bool:
    granted = policy_here()
    if granted is None:
        return False
    try:
        use_role(granted.role)
        return granted.guard() is None
    except (Problem, HTTPException):
        return False
