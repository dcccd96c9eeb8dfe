"""Writes a calendar file (iCalendar, RFC 5545): moments in UTC, so that every clock shows its own, and whole days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE_OCTETS = 75  # longer lines are folded (section 3.1)


@dataclass(frozen=True)
class Entry:
    """One thing in a calendar. A day without an end is that whole day; `until` of days is the last of them."""

    uid: str
    summary: str
    start: date | datetime
    until: date | None = None
    description: str = ""


def calendar_file(entries: Iterable[Entry], *, product: str, written_at: datetime) -> str:
    """Returns the text of the file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_escaped(product)}//EN", "CALSCALE:GREGORIAN"]
    for entry in entries:
        lines += _lines(entry, written_at)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _lines(entry: Entry, written_at: datetime) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{_moment(written_at)}", *_when(entry)]
    lines.append(f"SUMMARY:{_escaped(entry.summary)}")
    if entry.description:
        lines.append(f"DESCRIPTION:{_escaped(entry.description)}")
    return [*lines, "TRANSP:TRANSPARENT", "CLASS:PRIVATE", "END:VEVENT"]


def _when(entry: Entry) -> list[str]:
    """The end of days is the day after the last (section 3.6.1); a moment needs none."""
    if isinstance(entry.start, datetime):
        return [f"DTSTART:{_moment(entry.start)}"]
    after = (entry.until or entry.start) + timedelta(days=1)
    return [f"DTSTART;VALUE=DATE:{entry.start:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]


def _moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """Breaks a line so that none has more octets than allowed, and no character is cut apart."""
    parts, part = [], ""
    for character in line:
        if len((part + character).encode()) > LINE_OCTETS:
            parts.append(part)
            part = " "
        part += character
    return "\r\n".join([*parts, part])
