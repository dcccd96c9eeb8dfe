"""A clinic's opening hours in words, in the order of the week, by its own clock and by another."""

from datetime import datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue.geography import city_of, clocks
from marketplace.foundation import clock
from marketplace.leads.deadlines import opening_hours
from marketplace.web.filters import day_text


def opening_rows(hours: dict[str, str], *, there: str, home: str | None) -> list[tuple[str, Markup]]:
    """Returns the hours with a label that names the clock: that of `there`, and where they differ today that of `home`.

    `there` is the clinic's time zone, `home` the country of who reads.
    """
    rows = [(_("Open, time in %(city)s", city=city_of(there)), opening_words(hours))]
    here = clocks(clock.now(), home=home, there=there)[0]
    if here != there and hours:
        label = _("Open, time in %(city)s on %(day)s", city=city_of(here), day=day_text(clock.today()))
        rows.append((label, opening_words_in(hours, there=there, here=here)))
    return rows


def opening_words(hours: dict[str, str]) -> Markup:
    """Returns opening hours, a line for days that are alike: "Monday to Friday 10:00 to 20:00"."""
    return _week_words(opening_hours(hours))


def opening_words_in(hours: dict[str, str], *, there: str, here: str) -> Markup:
    """Returns the opening hours of a clinic in the zone `there` by the clock of `here`, as far apart as they are now.

    A day is that on which the clinic opens; it closes after midnight where the later time is the smaller.
    """
    now, shifted = clock.now(), {}
    for weekday, span in opening_hours(hours).items():
        day = now.date() + timedelta(days=weekday - now.weekday())
        opens, closes = (
            datetime.combine(day, moment, tzinfo=now.tzinfo) + _ahead(now, here=here, there=there) for moment in span
        )
        shifted[opens.weekday()] = (opens.time(), closes.time())
    return _week_words(shifted)


def _ahead(now: datetime, *, here: str, there: str) -> timedelta:
    """Returns how much later the clock of `here` shows than that of `there`."""
    ours, theirs = (now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for zone in (here, there))
    return ours - theirs


def _week_words(week: dict[int, tuple[time, time]]) -> Markup:
    if not week:
        return escape(_("Not stated"))
    groups = [(span, list(days)) for span, days in groupby(range(7), key=week.get)]
    return Markup("<br>").join(_days_and_span(days, span) for span, days in groups)


def _days_and_span(days: list[int], span: tuple[time, time] | None) -> str:
    names = get_day_names(locale=get_locale())
    first, last = names[days[0]], names[days[-1]]
    when = first if len(days) == 1 else _("%(first)s to %(last)s", first=first, last=last)
    if span is None:
        return _("Closed on %(days)s", days=when) if len(days) == 1 else _("Closed %(days)s", days=when)
    opens, closes = (f"{moment:%H:%M}" for moment in span)
    return _("%(days)s %(opens)s to %(closes)s", days=when, opens=opens, closes=closes)
