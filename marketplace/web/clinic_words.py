"""A clinic's badge, reply time, prices and opening hours in the words that all pages share."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple, TypedDict
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_day_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue import exchange
from marketplace.clinics.checks import Stamp
from marketplace.clinics.track_records import PUBLISHED_FROM, ShownRecord
from marketplace.foundation import clock
from marketplace.leads.deadlines import opening_hours
from marketplace.web.filters import MAX_KEPT, day_text, duration, money, money_text


class StampWords(NamedTuple):
    """The words of a stamp, and its kind."""

    kind: str
    title: str
    line: str
    passed: str


def stamp_words(found: Stamp) -> StampWords:
    """Returns the words of a stamp: dates and the number of checks passed, never a score."""
    return _stamp_words(found, clock.today(), get_locale())


@lru_cache(MAX_KEPT)
def _stamp_words(found: Stamp, today: date, _language: Locale) -> StampWords:
    count = _("%(passed)s of %(of)s checks passed", passed=found.passed, of=found.of)
    return StampWords(found.kind, *_title_and_line(found, today), count)


def _title_and_line(found: Stamp, today: date) -> tuple[str, str]:
    if found.expires_on is None or found.checked_on is None:
        return _("Not checked yet"), _("Not open for requests")
    days_left = (found.expires_on - today).days
    if found.kind == "expired":
        # A check that was refused or revoked ends before its date, so the date cannot be shown.
        over = _("Check expired %(day)s", day=day_text(found.expires_on))
        return over if days_left < 0 else _("A required check no longer holds"), _("Cannot receive new requests")
    checked = _("Checked %(day)s", day=day_text(found.checked_on))
    if found.kind == "ending":
        return checked, ngettext("Expires in %(num)s day", "Expires in %(num)s days", days_left)
    return checked, _("Expires %(day)s", day=day_text(found.expires_on))


def reply_words(minutes: int | None) -> str:
    """Returns the usual reply time in words; a clinic without one is called new here."""
    return _reply_words(minutes, get_locale())


@lru_cache(MAX_KEPT)
def _reply_words(minutes: int | None, _language: Locale) -> str:
    if minutes is None:
        return _("New here: no reply times yet")
    return _("Usually replies in %(time)s", time=duration(minutes))


class RecordRow(TypedDict):
    """A figure of what became of it after the clinic was chosen: its label and its words."""

    key: str
    value: str


def track_record_rows(record: ShownRecord, *, for_clinic: bool = False) -> list[RecordRow]:
    """Returns the figures that are published; a clinic also reads of its own which are not yet."""
    rows: list[RecordRow] = []
    label = _("Problems answered")
    if record.shows_problems:
        rows.append({"key": label, "value": problems_words(record)})
    elif for_clinic:
        rows.append({"key": label, "value": _not_yet(record.problems)})
    label = _("Price kept")
    if record.shows_prices:
        rows.append({"key": label, "value": prices_words(record)})
    elif for_clinic:
        rows.append({"key": label, "value": _not_yet(record.prices_told)})
    return rows


def prices_words(record: ShownRecord) -> str:
    """Returns "in 11 of 12", once enough patients have said it."""
    if not record.shows_prices:
        return _("Too few answers yet")
    return _("in %(n)s of %(all)s", n=record.prices_kept, all=record.prices_told)


def problems_words(record: ShownRecord) -> str:
    """Returns "6 of 6, half of them within 9 hours"."""
    counted = _("%(n)s of %(all)s", n=record.problems_answered, all=record.problems)
    if record.problem_minutes is None:
        return counted
    return _("%(counted)s, half within %(time)s", counted=counted, time=duration(record.problem_minutes))


def _not_yet(answers: int) -> str:
    return _("%(n)s so far, shown from %(least)s on", n=answers, least=PUBLISHED_FROM)


def about_span(low: int, high: int, currency: str, *, to: str) -> Markup | None:
    """Returns "about £52 to £155": a range in the reader's currency; None if it is the same or has no rate."""
    converted = _converted(low, high, currency, to)
    return escape(_("about %(span)s")) % {"span": span(*converted, to)} if converted else None


def about_span_text(low: int, high: int, currency: str, *, to: str) -> str | None:
    """Returns the same without markup, for lists."""
    converted = _converted(low, high, currency, to)
    return _("about %(span)s", span=_span_text(*converted, to, get_locale())) if converted else None


def _converted(low: int, high: int, currency: str, to: str) -> tuple[int, int] | None:
    if currency == to:
        return None
    try:
        return exchange.about(low, currency, to), exchange.about(high, currency, to)
    except exchange.NoRate:
        return None


@lru_cache(MAX_KEPT)
def _span_text(low: int, high: int, currency: str, _language: Locale) -> str:
    if low == high:
        return money_text(low, currency)
    return _("%(low)s to %(high)s", low=money_text(low, currency), high=money_text(high, currency))


def span_text(low: int, high: int, currency: str) -> str:
    """Returns "€60 to €180" without markup."""
    return _span_text(low, high, currency, get_locale())


def both_amounts(minor: int, currency: str, *, to: str) -> Markup:
    """Returns "€480 (about £410)": an amount in the clinic's currency and, with a rate, in the reader's."""
    own = money(minor, currency)
    if currency == to:
        return own
    try:
        about = money(exchange.about(minor, currency, to), to)
    except exchange.NoRate:
        return own
    return escape(_("%(amount)s (about %(converted)s)")) % {"amount": own, "converted": about}


def both_spans(low: int, high: int, currency: str, *, to: str) -> Markup:
    """Returns "€60 to €180 (about £52 to £155)": a range in the clinic's currency and in the reader's."""
    own, about = span(low, high, currency), about_span(low, high, currency, to=to)
    return Markup("{} ({})").format(own, about) if about else own


def span(low: int, high: int, currency: str) -> Markup:
    """Returns "€60 to €180": a range of amounts in minor units; a single amount where both are the same."""
    return _span(low, high, currency, get_locale())


@lru_cache(MAX_KEPT)
def _span(low: int, high: int, currency: str, _language: Locale) -> Markup:
    if low == high:
        return money(low, currency)
    return Markup(_("%(low)s to %(high)s", low=money(low, currency), high=money(high, currency)))  # noqa: S704


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
        return _("%(days)s closed", days=when)
    opens, closes = (f"{moment:%H:%M}" for moment in span)
    return _("%(days)s %(opens)s to %(closes)s", days=when, opens=opens, closes=closes)
