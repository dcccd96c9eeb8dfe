"""Durations as a sentence says them, in one unit that is named: 48 hours are not "2 days" unless that is wanted."""

from datetime import timedelta

from flask_babel import ngettext


def seconds(span: timedelta) -> str:
    """10 seconds."""
    return ngettext("%(num)s second", "%(num)s seconds", _whole(span, timedelta(seconds=1)))


def minutes(span: timedelta) -> str:
    """10 minutes."""
    return ngettext("%(num)s minute", "%(num)s minutes", _whole(span, timedelta(minutes=1)))


def hours(span: timedelta) -> str:
    """48 hours."""
    return ngettext("%(num)s hour", "%(num)s hours", _whole(span, timedelta(hours=1)))


def days(span: timedelta) -> str:
    """7 days."""
    return ngettext("%(num)s day", "%(num)s days", _whole(span, timedelta(days=1)))


def months(span: timedelta) -> str:
    """12 months: for 366 days or one less, which no reader counts."""
    return ngettext("%(num)s month", "%(num)s months", round(span / timedelta(days=30.5)))


def _whole(span: timedelta, unit: timedelta) -> int:
    """How many. Raises ValueError where the unit would round: 36 hours are not "1 day"."""
    number, rest = divmod(span, unit)
    if rest:
        raise ValueError(f"{span} is no whole number of {unit}")
    return number
