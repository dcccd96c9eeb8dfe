"""A place in the sorted list of clinics, as an opaque text in an address: what comes after it, or before it."""

import struct
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marketplace.foundation.values.cursors import NotACursor, as_bytes, as_text

SORTS = ("checks", "reply", "price", "name")
_RANKED, _NAMED = struct.Struct(">BBIqq"), struct.Struct(">B16s")
MAX_SHUFFLE = 2**63 - 1
MAX_HALF = 3
GOLDEN = 0x9E3779B97F4A7C15  # of 2**64


def turn_of(day: date) -> int:
    """Returns where among equals a day's list begins: somewhere in 64 bits, and over many days everywhere alike.

    Multiples of the golden ratio fall evenly. Knuth: The Art of Computer Programming 3 (1998), 6.4, theorem S.
    """
    return day.toordinal() * GOLDEN % 2**64 - 2**63


@dataclass(frozen=True)
class RankedCursor:
    """A place in a list sorted by a rank and then by the shuffle, which begins at the turn of its day.

    `half` is 0 for the places from the turn on, 1 for those before it, which come last among equals; 2 and 3 are the
    same for what a search finds after the rest.
    """

    sort: str
    day: date
    half: int
    rank: int
    shuffle: int

    def __str__(self) -> str:
        number = SORTS.index(self.sort)
        return as_text(_RANKED.pack(number, self.half, self.day.toordinal(), self.rank, self.shuffle))


@dataclass(frozen=True)
class NamedCursor:
    """A place in a list sorted by name."""

    name: str
    clinic_id: UUID
    sort: str = "name"

    def __str__(self) -> str:
        return as_text(_NAMED.pack(SORTS.index(self.sort), self.clinic_id.bytes) + self.name.encode())


Cursor = RankedCursor | NamedCursor


def read_cursor(text: str, *, sort: str) -> Cursor:
    """Returns the place that a text stands for. Raises NotACursor unless it is one of ours, of this order."""
    data = as_bytes(text)
    try:
        found = _named(data) if sort == "name" else _ranked(data)
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        raise NotACursor(text) from error
    if found.sort != sort or str(found) != text:
        raise NotACursor(text)
    return found


def _ranked(data: bytes) -> RankedCursor:
    number, half, day, rank, shuffle = _RANKED.unpack(data)
    if half > MAX_HALF:
        raise NotACursor(half)
    return RankedCursor(SORTS[number], date.fromordinal(day), half, rank, shuffle)


def _named(data: bytes) -> NamedCursor:
    number, clinic_id = _NAMED.unpack(data[: _NAMED.size])
    name = data[_NAMED.size :].decode()
    if "\0" in name:
        raise NotACursor(name)
    return NamedCursor(name, UUID(bytes=clinic_id), sort=SORTS[number])
