"""Draws the sessions of each procedure along the weeks, in its shortest and longest course, with rows that say so.

Places are per cent of the line of weeks, heights pixels. A procedure whose sources state no sessions or no spacing is
not drawn; its row says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _

from marketplace.catalogue.guide_facts import GuideFacts, Variant
from marketplace.web.public.guide_drawings import span_words

LEFT, WIDTH = 4.0, 92.0  # per cent: the margin of the line, and what lies between the margins
ROW, BLOCK = 44, 124  # pixels: a course with its words, and the name of a procedure with both courses
NAME = 26  # pixels: the name of a procedure
WEEKS_A_YEAR, MONTHS_A_YEAR = 52, 12
TICK_STEPS, MAX_TICKS = (1, 2, 4, 8, 13, 26), 9


class Line(NamedTuple):
    """One course along the weeks: what it is called, its sessions and its upkeep session in per cent."""

    label: str
    y: int
    sessions: list[float]
    upkeep: float | None


class CalendarRow(NamedTuple):
    """A procedure as its calendar draws it, in words; None where the sources state nothing."""

    name: str
    sessions: str | None
    weeks: str | None
    in_all: str | None
    counted_sessions: str | None
    counted_weeks: str | None


@dataclass(frozen=True)
class Calendar:
    """The shortest and the longest course of each procedure on one line of weeks."""

    courses: list[tuple[str, int, list[Line]]]
    ticks: list[tuple[float, int]]
    height: int
    rows: list[CalendarRow]
    upkeep: str | None
    says: str


def draw_calendar(facts: GuideFacts, found: Sequence[Variant]) -> Calendar | None:
    """Returns the drawing; None where no procedure has both its sessions and the weeks between them stated."""
    stated = [(each.name, each.sessions, each.spacing_weeks) for each in found if each.sessions and each.spacing_weeks]
    if not stated:
        return None
    upkeep = [_weeks(months) for months in facts.upkeep_months] if facts.upkeep_months else None
    last = max((sessions[1] - 1) * weeks[1] for _name, sessions, weeks in stated) + (upkeep[1] if upkeep else 0)
    courses = []
    for n, (name, sessions, weeks) in enumerate(stated):
        ends = zip(sessions, weeks, upkeep or (None, None), strict=True)
        lines = [
            _line(number, gap, after, last, n * BLOCK + NAME + at * ROW) for at, (number, gap, after) in enumerate(ends)
        ]
        courses.append((name, n * BLOCK, lines))
    rows = [_calendar_row(each) for each in found]
    return Calendar(
        courses=courses,
        ticks=[(_place(week, last), week) for week in range(0, last + 1, _tick_step(last))],
        height=len(courses) * BLOCK,
        rows=rows,
        upkeep=span_words(facts.upkeep_months) if facts.upkeep_months else None,
        says=" ".join(f"{row.name}: {_course_words(row)}." for row in rows if row.in_all),
    )


def _line(sessions: int, gap: int, after: int | None, last: int, y: int) -> Line:
    weeks = [n * gap for n in range(sessions)]
    label = _("%(sessions)s sessions, every %(gap)s weeks", sessions=sessions, gap=gap)
    upkeep = None if after is None else _place(weeks[-1] + after, last)
    return Line(label, y, [_place(week, last) for week in weeks], upkeep)


def _calendar_row(each: Variant) -> CalendarRow:
    words = [
        span_words(found) if found else None
        for found in (each.sessions, each.spacing_weeks, each.counted_sessions, each.counted_weeks)
    ]
    in_all = None
    if each.sessions and each.spacing_weeks:
        low, high = ((number - 1) * gap for number, gap in zip(each.sessions, each.spacing_weeks, strict=True))
        in_all = _("%(span)s weeks", span=span_words((low, high)))
    return CalendarRow(each.name, words[0], words[1], in_all, words[2], words[3])


def _course_words(row: CalendarRow) -> str:
    return _(
        "%(sessions)s sessions, %(weeks)s weeks apart, %(all)s from first to last",
        sessions=row.sessions,
        weeks=row.weeks,
        all=row.in_all,
    )


def _weeks(months: int) -> int:
    return round(months * WEEKS_A_YEAR / MONTHS_A_YEAR)


def _place(week: int, last: int) -> float:
    return round(LEFT + WIDTH * week / max(1, last), 2)


def _tick_step(last: int) -> int:
    return next((step for step in TICK_STEPS if last / step < MAX_TICKS), TICK_STEPS[-1])
