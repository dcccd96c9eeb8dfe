"""Computes when an answer is due: after 48 real hours; where the clinic is closed then, two hours after it opens.

What a patient chose or declined may be undone for a while, too.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

REPLY_WITHIN = timedelta(hours=48)
AFTER_OPENING = timedelta(hours=2)
UNDO_WITHIN = timedelta(hours=48)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def due_at(sent: datetime, *, hours: dict[str, str], timezone: str, within: timedelta = REPLY_WITHIN) -> datetime:
    """Returns when an answer is due that was asked for at `sent`; both moments are aware.

    `hours` are the opening hours in the clinic's time zone: "mon-fri" or "sat" to "09:00-18:00".
    """
    due = (sent + within).astimezone(ZoneInfo(timezone))
    week = opening_hours(hours)
    if not week or _is_open(due, week):
        return due.astimezone(sent.tzinfo)
    return (_next_opening(due, week) + AFTER_OPENING).astimezone(sent.tzinfo)


def opening_hours(hours: dict[str, str]) -> dict[int, tuple[time, time]]:
    """Returns opening and closing time by weekday; Monday is 0."""
    week: dict[int, tuple[time, time]] = {}
    for days, span in hours.items():
        opens, closes = (time.fromisoformat(part) for part in span.split("-"))
        first, _, last = days.partition("-")
        for weekday in range(DAYS.index(first), DAYS.index(last or first) + 1):
            week[weekday] = (opens, closes)
    return week


def _is_open(moment: datetime, week: dict[int, tuple[time, time]]) -> bool:
    span = week.get(moment.weekday())
    return span is not None and span[0] <= moment.time() < span[1]


def _next_opening(moment: datetime, week: dict[int, tuple[time, time]]) -> datetime:
    for ahead in range(8):
        day: date = moment.date() + timedelta(days=ahead)
        span = week.get(day.weekday())
        opening = span and datetime.combine(day, span[0], tzinfo=moment.tzinfo)
        if opening and opening >= moment:
            return opening
    return moment
