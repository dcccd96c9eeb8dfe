"""A clinic's badge, reply time, prices and opening hours in the words that all pages share."""

from datetime import time
from itertools import groupby

from babel.dates import get_day_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue import exchange
from marketplace.clinics.checks import Stamp, stamp
from marketplace.clinics.models import Clinic
from marketplace.foundation import clock
from marketplace.leads.deadlines import opening_hours
from marketplace.web.filters import day_text, duration, money


def stamp_words(clinic: Clinic) -> dict[str, str]:
    """Returns `kind`, `title` and `line` of the badge, and `count` of the checks passed: dates, never a score."""
    found = stamp(clinic.checks, clock.today())
    title, line = _title_and_line(found)
    count = _("%(passed)s of %(of)s checks passed", passed=found.passed, of=found.of)
    return {"kind": found.kind, "title": title, "line": line, "count": count}


def _title_and_line(found: Stamp) -> tuple[str, str]:
    if found.expires_on is None or found.checked_on is None:
        return _("Not checked yet"), _("Not open for requests")
    days_left = (found.expires_on - clock.today()).days
    if found.kind == "expired":
        # A check that was refused or revoked ends before its date, so the date cannot be shown.
        over = _("Check expired %(day)s", day=day_text(found.expires_on))
        return over if days_left < 0 else _("A required check no longer holds"), _("Cannot receive new requests")
    checked = _("Checked %(day)s", day=day_text(found.checked_on))
    if found.kind == "ending":
        return checked, ngettext("Expires in %(num)s day", "Expires in %(num)s days", days_left)
    return checked, _("Expires %(day)s", day=day_text(found.expires_on))


def reply_words(clinic: Clinic) -> str:
    """Returns the usual reply time in words; a clinic without one is called new here."""
    if clinic.reply_minutes is None:
        return _("New here: no reply times yet")
    return _("Usually replies in %(time)s", time=duration(clinic.reply_minutes))


def about_span(low: int, high: int, currency: str, *, to: str) -> Markup | None:
    """Returns "about £52 to £155": a range in the reader's currency; None if it is the same or has no rate."""
    if currency == to:
        return None
    try:
        converted = span(exchange.about(low, currency, to), exchange.about(high, currency, to), to)
    except exchange.NoRate:
        return None
    return escape(_("about %(span)s")) % {"span": converted}


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
    if low == high:
        return money(low, currency)
    return Markup(_("%(low)s to %(high)s", low=money(low, currency), high=money(high, currency)))  # noqa: S704


def opening_words(hours: dict[str, str]) -> Markup:
    """Returns opening hours, a line for days that are alike: "Monday to Friday 10:00 to 20:00"."""
    week = opening_hours(hours)
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
