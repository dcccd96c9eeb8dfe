"""What a person typed, shown again when it could not be stored."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from marketplace.foundation.security.idempotency import Fields, FormChanged
from marketplace.web.forms.base import IdempotentForm


@dataclass(frozen=True)
class Typed:
    """One version: its heading, and what differs in it, each with the words of its field."""

    heading: str
    rows: list[dict[str, str]]


def versions(problem: Exception, now: Fields, form: type[IdempotentForm]) -> list[Typed]:
    """What was sent now and, for who sent it, what was sent first: only where the two differ."""
    fields = form(formdata=None)
    first = problem.first if isinstance(problem, FormChanged) else {}
    names = [name for name in {**first, **now} if _shown(name, fields) and first.get(name) != now.get(name)]
    both = [(_("What you sent first"), first)] if first else []
    both += [(_("What you sent now"), now)]
    return [
        Typed(heading, [{"key": _label(name, fields), "value": _text(sent.get(name))} for name in names])
        for heading, sent in both
        if names
    ]


def _shown(name: str, fields: Any) -> bool:
    return name not in fields or fields[name].type != "HiddenField"


def _label(name: str, fields: Any) -> str:
    label = str(fields[name].label.text) if name in fields else ""
    # Fields without words of their own are named after themselves.
    named = label and label != name.replace("_", " ").title()
    return label if named else name.replace("_", " ").replace("-", " ").capitalize()


def _text(values: list[str] | None) -> str:
    return ", ".join(_("Yes") if value == "y" else value for value in values or [])
