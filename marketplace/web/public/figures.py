"""The marketplace's figures in words: each says what it is counted of, and is told only from enough cases on."""

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.clinics.market_figures import MANY, QUOTED_WITHIN, WINDOW, MarketFigures
from marketplace.clinics.states import CheckKind
from marketplace.clinics.track_records import PUBLISHED_FROM
from marketplace.web.filters import country_name, duration

SHARE_FROM = 50  # leads
MINUTE = 60  # seconds


class FigureCard(NamedTuple):
    """A heading, its rows of label and words, and what is counted."""

    name: str
    title: str
    rows: list[tuple[str, str]]
    note: str


def figure_cards(found: MarketFigures) -> list[FigureCard]:
    """Returns the cards of the page: all that was sent, the last requests, prices kept, and the countries."""
    return [_so_far(found), _requests(found), _countries(found)]


def _so_far(found: MarketFigures) -> FigureCard:
    share = f"{round(found.answered / found.sent * 100)}%" if found.sent >= SHARE_FROM else _("Too few to say")
    rows = [
        (_("Published clinics"), str(found.clinics)),
        (_("Requests they could answer"), str(found.sent)),
        (_("Answered"), share),
        (_("Price kept, as patients say"), _of(found.prices_kept, found.prices_told)),
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
    rows = [
        (_("With a quote within %(time)s", time=within), _of(found.quoted, found.requests)),
        (
            ngettext("With %(num)s quote within %(time)s", "With %(num)s quotes within %(time)s", MANY, time=within),
            _of(found.quoted_by_many, found.requests),
        ),
        (_("Middle time to the first answer"), middle if known else _("Too few to say")),
    ]
    title = _("Requests of the last %(n)s days", n=WINDOW.days)
    note = _(
        "Sent at least %(time)s ago; those without an answer count. Shown from %(n)s on.", time=within, n=PUBLISHED_FROM
    )
    return FigureCard("requests", title, rows, note + " " + _("An answer is a quote, a question or a no."))


def _of(number: int, of: int) -> str:
    return _("%(n)s of %(all)s", n=number, all=of) if of >= PUBLISHED_FROM else _("Too few to say")


def _countries(found: MarketFigures) -> FigureCard:
    rows = [(country_name(each.country), _of_country(each.clinics, each.checks)) for each in found.countries]
    note = _("A check in date was passed and has not ended. There are %(n)s for each clinic.", n=len(CheckKind))
    return FigureCard("countries", _("By country"), sorted(rows), note)


def _of_country(clinics: int, checks: int) -> str:
    listed = ngettext("%(num)s clinic", "%(num)s clinics", clinics)
    in_date = ngettext("%(num)s check in date", "%(num)s checks in date", checks)
    return f"{listed}, {in_date}"
