"""A clinic as a card, alike in every list: built from its summary row, its words written once a language."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from babel import Locale
from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.clinics.checks import stamp_of_row
from marketplace.clinics.list_statements import ListedClinic
from marketplace.clinics.market import Market
from marketplace.foundation import clock
from marketplace.web import clinic_words
from marketplace.web.drawings import drawing
from marketplace.web.filters import MAX_KEPT, country_name, in_sentence, language_list, money_text
from marketplace.web.http.page_parts import kept, rendered
from marketplace.web.public import preferences
from marketplace.web.public.card_courses import CardCourse, CardCourses

OPEN_STAMPS = ("current", "ending")  # with these a clinic may receive requests


class Card(NamedTuple):
    """The fields of a card, in the order in which components/clinic_card.html takes them apart."""

    slug: str
    name: str
    tile: str
    facts: str
    languages: str
    people: str
    stamp: clinic_words.StampWords
    price: str
    price_notes: list[str]
    ask_url: str | None


@dataclass(frozen=True)
class Deck:
    """What is alike for the cards of a page: the market, the reader's currency, and what was asked for (slugs).

    A card's first figure is the total for the reader. Its prices are those of the procedure that was asked for, else of
    the treatment that was asked for, else of the first that the clinic offers. `usual` is the slug of the procedure
    whose course is counted before that of others.
    """

    market: Market
    currency: str
    treatment: str | None = None
    procedure: str | None = None
    usual: str | None = None

    def cards(self, rows: Iterable[ListedClinic], *, level: str) -> list[Markup]:
        """Returns the cards of these clinics, in their order, with names as headings of this level.

        A card is rendered once for all that it shows: for the clinic's row, and in this market, currency and day.
        """
        alike = (level, self.market.version, self.currency, self.treatment, self.procedure, clock.today())
        return [
            kept((*alike, str(course), *_shown(row)), partial(self._rendered, row, course, level=level))
            for row, course in ((row, self.course(row)) for row in rows)
        ]

    def course(self, row: ListedClinic) -> CardCourse | None:
        """Returns the usual course at a clinic with travel from the reader's home; None without a price or a rate."""
        return self._courses.of(row)

    @cached_property
    def _courses(self) -> CardCourses:
        return CardCourses(
            self.market, preferences.home(), self.currency, self.treatment, self.procedure, first=self.usual
        )

    def _rendered(self, row: ListedClinic, course: CardCourse | None, *, level: str) -> Markup:
        return rendered("components/clinic_card.html", card=self._card(row, course), level=level)

    def _card(self, row: ListedClinic, course: CardCourse | None) -> Card:
        price, notes = self._price(row, course)
        stamp = clinic_words.stamp_words(stamp_of_row(row, clock.today()))
        about = f"&treatment={self.treatment}" if self.treatment else ""
        return Card(
            slug=row.slug,
            name=row.name,
            tile=drawing("tile", row.slug),
            facts=_facts(row),
            languages=language_list(row.languages),
            people=_people(tuple(row.roles), get_locale()),
            stamp=stamp,
            price=price,
            price_notes=notes,
            ask_url=f"/get-quotes?clinic={row.slug}{about}" if stamp.kind in OPEN_STAMPS else None,
        )

    def _price(self, row: ListedClinic, course: CardCourse | None) -> tuple[str, list[str]]:
        """Returns the figure to compare by, and notes; a total and its sessions are of one procedure."""
        listed, of = self._listed(row.prices)
        if course is not None:
            listed, of = [row.prices[course.procedure.slug]], None
        if not listed:
            return _("No price list"), []
        low, high = min(price[0] for price in listed), max(price[1] for price in listed)
        own, basis = clinic_words.span(low, high, row.currency), _basis(of, get_locale())
        about = clinic_words.about_span_text(low, high, row.currency, to=self.currency)
        if course is None:
            return (own, [basis]) if about is None else (about, [Markup("{} {}").format(own, basis)])
        counted = _("total for you: %(procedure)s, %(plan)s", procedure=course.procedure.name, plan=course.course.plan)
        each = f"{clinic_words.span_text(low, high, row.currency)} {basis}"
        return money_text(course.course.amount, self.currency), [counted, each if about is None else f"{each}, {about}"]

    def _listed(self, prices: dict[str, tuple[int, int]]) -> tuple[list[tuple[int, int]], str | None]:
        """Returns the prices to compare by, and the name of what they are for where the clinic offers more."""
        if self.procedure is not None:
            return [prices[self.procedure]] if self.procedure in prices else [], self._procedures[self.procedure]
        offered = [each for each in self.market.treatments if any(one.slug in prices for one in each.procedures)]
        if len(offered) < 2:
            return list(prices.values()), None
        about = next((each for each in offered if each.slug == self.treatment), offered[0])
        return [prices[one.slug] for one in about.procedures if one.slug in prices], about.name

    @cached_property
    def _procedures(self) -> dict[str, str]:
        return {procedure.slug: procedure.name for each in self.market.treatments for procedure in each.procedures}


def _shown(row: ListedClinic) -> tuple[Hashable, ...]:
    """Returns all that a card may show of a row, without its place in the list."""
    shown = row[: ListedClinic._fields.index("rank")]
    return tuple(str(each) if isinstance(each, dict | list) else each for each in shown)


def _facts(row: ListedClinic) -> str:
    return f"{row.city}, {country_name(row.country)} · {clinic_words.reply_words(row.reply_minutes)}"


@lru_cache(MAX_KEPT)
def _people(roles: tuple[str, ...], _language: Locale) -> str:
    if not roles:
        return _("Treated by: not stated")
    is_second = "dermatologist" in roles
    words = {
        "dermatologist": _("a dermatologist"),
        "doctor": _("another doctor") if is_second else _("a doctor"),
        "nurse": _("a nurse under a doctor"),
        "other": _("somebody else"),
    }
    named = [text for role, text in words.items() if role in roles]
    return _("Treated by %(people)s", people=format_list(named, style="or", locale=_language))


@lru_cache(MAX_KEPT)
def _basis(of: str | None, _language: Locale) -> str:
    if of is None:
        return _("per session")
    return _("per session of %(procedure)s", procedure=in_sentence(of))
