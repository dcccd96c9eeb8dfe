"""The marketplace's figures in words: each says what it is counted of, and is told only from enough cases on."""

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.clinics.market_figures import MANY, QUOTED_WITHIN, WINDOW, CountryFigures, MarketFigures
from marketplace.clinics.states import CheckKind
from marketplace.clinics.track_records import PUBLISHED_FROM
from marketplace.web.filters import country_name, duration
from marketplace.web.public.cities import canonical

SHARE_FROM = 50  # leads
MINUTE = 60  # seconds


class Figure(NamedTuple):
    """A label, its words, and where it is a share how much, in per cent."""

    label: str
    words: str
    share: int | None = None


class FigureCard(NamedTuple):
    """A heading, its figures, and what is counted."""

    name: str
    title: str
    rows: list[Figure]
    note: str


class CountryRow(NamedTuple):
    """A country with the address of its clinics, their number, and their checks in date of all that there could be."""

    name: str
    href: str
    clinics: int
    checks: str
    share: int


def figure_cards(found: MarketFigures) -> list[FigureCard]:
    """Returns the cards of the page: what became of the last requests, and all that was sent so far."""
    return [_requests(found), _so_far(found)]


def in_short(found: MarketFigures) -> str | None:
    """Returns the answer in one sentence; None from too few requests."""
    if found.requests < PUBLISHED_FROM:
        return None
    within = duration(int(QUOTED_WITHIN.total_seconds()) // MINUTE)
    quoted = _("%(n)s of %(all)s requests had a quote within %(time)s", n=found.quoted, all=found.requests, time=within)
    if found.answer_minutes is None:
        return _("%(quoted)s; half of them had no answer.", quoted=quoted)
    return _("%(quoted)s; half had an answer within %(middle)s.", quoted=quoted, middle=duration(found.answer_minutes))


def country_rows(found: MarketFigures) -> list[CountryRow]:
    """Returns the countries by name; a check in date was passed and has not ended."""
    rows = [_country(each) for each in found.countries]
    return sorted(rows, key=lambda row: row.name)


def _country(each: CountryFigures) -> CountryRow:
    of = each.clinics * len(CheckKind)
    words = _("%(n)s of %(all)s", n=each.checks, all=of)
    return CountryRow(
        country_name(each.country), canonical(each.country, None), each.clinics, words, _share(each.checks, of)
    )


def _share(number: int, of: int) -> int:
    return round(number / of * 100) if of else 0


def _so_far(found: MarketFigures) -> FigureCard:
    answered = Figure(_("Answered"), _("Too few to say"))
    if found.sent >= SHARE_FROM:
        share = _share(found.answered, found.sent)
        answered = Figure(_("Answered"), f"{share}%", share)
    rows = [
        Figure(_("Published clinics"), str(found.clinics)),
        Figure(_("Requests they could answer"), str(found.sent)),
        answered,
        _of(_("Price kept, as patients say"), found.prices_kept, found.prices_told),
    ]
    note = _("A request counts once for each clinic that got it. A share is shown from %(n)s on.", n=SHARE_FROM)
    return FigureCard("figures", _("So far"), rows, note + " " + _prices_from())


def _prices_from() -> str:
    return _("Prices kept are counted of the patients who told us, from %(n)s on.", n=PUBLISHED_FROM)


def _requests(found: MarketFigures) -> FigureCard:
    within = duration(int(QUOTED_WITHIN.total_seconds()) // MINUTE)
    known = found.requests >= PUBLISHED_FROM
    middle = _("Not known: half of them have no answer")
    if found.answer_minutes is not None:
        middle = duration(found.answer_minutes)
    many = ngettext("With %(num)s quote within %(time)s", "With %(num)s quotes within %(time)s", MANY, time=within)
    rows = [
        _of(_("With a quote within %(time)s", time=within), found.quoted, found.requests),
        _of(many, found.quoted_by_many, found.requests),
        Figure(_("Middle time to the first answer"), middle if known else _("Too few to say")),
    ]
    title = _("Requests of the last %(n)s days", n=WINDOW.days)
    note = _(
        "Sent at least %(time)s ago; those without an answer count. Shown from %(n)s on.", time=within, n=PUBLISHED_FROM
    )
    return FigureCard("requests", title, rows, note + " " + _("An answer is a quote, a question or a no."))


def _of(label: str, number: int, of: int) -> Figure:
    if of < PUBLISHED_FROM:
        return Figure(label, _("Too few to say"))
    return Figure(label, _("%(n)s of %(all)s", n=number, all=of), _share(number, of))
