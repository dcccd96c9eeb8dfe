"""The public door: open to everyone, without a session."""

from typing import Any

from flask import Blueprint

from marketplace.foundation.problems import NotFound
from marketplace.web.forms import hostile

door = Blueprint("public", __name__)


@door.url_value_preprocessor
def refuse_hostile_paths(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """No name in a path holds control characters; the database would not even take a NUL."""
    if any(hostile(str(value)) for value in (values or {}).values()):
        raise NotFound("path")
