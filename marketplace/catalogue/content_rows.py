"""Reads rows of content files strictly: what is missing or unknown is refused by name."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

_Row = TypeVar("_Row")


class ContentError(ValueError):
    """A content file lacks something or has too much; the message names it."""


def row_of(kind: type[_Row], raw: Mapping[str, Any]) -> _Row:
    """Returns the row as the dataclass `kind`. Raises ContentError."""
    check_names(raw, kind, kind.__name__.lower())
    return kind(**raw)


def check_names(raw: Mapping[str, Any], kind: type[Any], where: str) -> None:
    """Raises ContentError where a field without a default is missing, or a name is no field of `kind`."""
    known = fields(kind)
    needed = {field.name for field in known if field.default is MISSING and field.default_factory is MISSING}
    if missing := sorted(needed - raw.keys()):
        raise ContentError(f"{where}: {', '.join(missing)} is missing")
    if unknown := sorted(raw.keys() - {field.name for field in known}):
        raise ContentError(f"{where}: {', '.join(unknown)} is unknown")
