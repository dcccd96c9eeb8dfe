"""The tabs and filters that views make and the macros of components/navigation.html draw."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """A list beside others; `count` is its number of entries, None where they are not counted."""

    label: str
    href: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address of the list without it."""

    label: str
    href: str
