"""What the macros of components/navigation.html draw, made by the views."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """A list beside the others; `count` says how many are in it, None where nobody counts."""

    label: str
    href: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address of the list without it."""

    label: str
    href: str
