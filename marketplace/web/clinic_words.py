"""A clinic's badge, replies, track record and prices in the words that all pages share."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypedDict

from babel import Locale
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue import exchange
from marketplace.clinics.checks import Stamp
from marketplace.clinics.track_records import PUBLISHED_FROM, ShownRecord
from marketplace.foundation import clock
from marketplace.leads.clocks import SHOWN_FROM, WINDOW
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
    """A figure of how the clinic answers, or of what became of it after it was chosen: its label and its words."""

    key: str
    value: str


def reply_record_rows(*, minutes: int | None, sent: int, answered: int) -> list[RecordRow]:
    """Returns the usual reply time as it is measured, and how many of the requests sent were answered.

    `minutes` is the median of the clinic's last requests; None where it has none, or half of them have no answer.
    """
    if minutes is not None:
        usual = _(
            "Half of the requests of the last %(n)s days were answered within %(time)s; silence counts",
            n=WINDOW.days,
            time=duration(minutes),
        )
    elif sent < SHOWN_FROM:
        usual = _("Not known yet: shown from %(n)s requests on", n=SHOWN_FROM)
    else:
        usual = _("Not known: too few, or half without an answer, in the last %(n)s days", n=WINDOW.days)
    share = _("%(n)s of %(all)s; a question or a no counts", n=answered, all=sent) if sent else _("None sent yet")
    return [{"key": _("Replies"), "value": usual}, {"key": _("Requests answered"), "value": share}]


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
        rows.append({"key": label, "value": _("Shown from %(least)s answers on", least=PUBLISHED_FROM)})
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
    return amount_in(minor, currency, also=[to])


def amount_in(minor: int, currency: str, *, also: Iterable[str] = ()) -> Markup:
    """Returns an amount and, with a rate, about how much it is in other currencies: "€480 (about £410, $520)"."""
    about = [
        money(each, other)
        for other in also
        if other != currency and (each := _about(minor, currency, other)) is not None
    ]
    if not about:
        return money(minor, currency)
    words = escape(_("%(amount)s (about %(converted)s)"))
    return words % {"amount": money(minor, currency), "converted": Markup(", ").join(about)}


def _about(minor: int, currency: str, to: str) -> int | None:
    try:
        return exchange.about(minor, currency, to)
    except exchange.NoRate:
        return None


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
