"""A guide, its questions or its aftercare as a page: the answer in short, then the text by parts with its drawings."""

from dataclasses import dataclass

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.catalogue import exchange
from marketplace.catalogue.guide_facts import GuideFacts, variants
from marketplace.catalogue.models import Guide, PriceRange, Treatment
from marketplace.catalogue.particulars import Particulars, particulars_of
from marketplace.catalogue.published import Content
from marketplace.catalogue.texts import Part, parts_of
from marketplace.web.clinic_words import span_text
from marketplace.web.filters import country_in_sentence, in_sentence
from marketplace.web.promises import filled
from marketplace.web.public import preferences
from marketplace.web.public.guide_calendar import Calendar, draw_calendar
from marketplace.web.public.guide_drawings import Depths, Effects, draw_depths, draw_effects, lasts_words, span_words


@dataclass(frozen=True)
class Drawings:
    """What is drawn below a heading; what the content does not state is not drawn."""

    depths: Depths | None = None
    calendar: Calendar | None = None
    effects: Effects | None = None


@dataclass(frozen=True)
class GuidePage:
    """What the template shows; `first` are the parts that stand before all others, in a card."""

    treatment: Treatment
    guide: Guide
    intro: Markup
    first: list[tuple[Part, bool]]  # with whether it is urgent
    parts: list[Part]
    drawn: dict[str, Drawings]
    short: list[tuple[str, str]]
    price: str | None
    conditions: list[tuple[str, str]]


def guide_page(content: Content, treatment: Treatment, kind: str) -> GuidePage:
    """Returns the page of this kind of text. Raises NotFound."""
    guide, particulars = content.guide(treatment, kind), particulars_of(treatment)
    intro, parts = parts_of(filled(guide.body))
    first = _first(parts, particulars) if kind == "aftercare" else []
    is_guide = kind == "guide"
    return GuidePage(
        treatment=treatment,
        guide=guide,
        intro=intro,
        first=first,
        parts=[part for part in parts if part not in [card for card, _urgent in first]],
        drawn=_drawn(treatment, particulars, kind),
        short=_short(treatment, particulars.guide) if is_guide else [],
        price=_price(content.price_ranges(treatment)) if is_guide else None,
        conditions=[(each.patient, each.example) for each in particulars.conditions] if is_guide else [],
    )


def _first(parts: list[Part], particulars: Particulars) -> list[tuple[Part, bool]]:
    """Returns the parts that say when to see a doctor and when to get help at once."""
    urgent = particulars.emergency_section
    doctor = {sign.section for sign in particulars.signs if sign.doctor} - {urgent}
    found = [part for part in parts if part.words in {*doctor, urgent}]
    return [(part, part.words == urgent) for part in found]


def _drawn(treatment: Treatment, particulars: Particulars, kind: str) -> dict[str, Drawings]:
    """Returns the drawings by the heading they stand below."""
    facts = particulars.guide
    effects = draw_effects(facts.effects, [sign.label for sign in particulars.signs if sign.doctor])
    if kind == "aftercare":
        return {particulars.signs[0].section: Drawings(effects=effects)} if particulars.signs else {}
    if kind != "guide":
        return {}
    found = [each for procedure in treatment.procedures for each in variants(procedure)]
    return {
        facts.depths_under: Drawings(depths=draw_depths(facts, found)),
        facts.calendar_under: Drawings(calendar=draw_calendar(facts, found)),
        facts.effects_under: Drawings(effects=effects),
    }


def _short(treatment: Treatment, facts: GuideFacts) -> list[tuple[str, str]]:
    """Returns the answer in short, each fact from the place where it stands."""
    usual = [
        _("%(effect)s for %(time)s", effect=each.label if not n else in_sentence(each.label), time=lasts_words(each))
        for n, each in enumerate(each for each in facts.effects if each.in_short)
    ]
    rows = [
        (_("What"), facts.what or treatment.summary),
        (_("Does it work?"), facts.works),
        (_("Course"), _course(treatment, facts)),
        (_("Usual after"), format_list(usual, locale=get_locale() or "en") if usual else ""),
        (_("Main risk"), facts.risk),
    ]
    return [(label, words) for label, words in rows if words]


def _course(treatment: Treatment, facts: GuideFacts) -> str:
    """Returns the sessions of the first procedure, in words."""
    about = variants(treatment.procedures[0])[0]
    if not about.sessions or not about.spacing_weeks:
        return ""
    words = _(
        "%(sessions)s sessions, %(weeks)s weeks apart",
        sessions=span_words(about.sessions),
        weeks=span_words(about.spacing_weeks),
    )
    if not facts.upkeep_months:
        return words
    return _("%(course)s, then one every %(months)s months", course=words, months=span_words(facts.upkeep_months))


def _price(ranges: list[PriceRange]) -> str | None:
    """Returns the lowest price of a session of the first procedure, and the range at home; None without a price."""
    of_first = [found for found in ranges if found.procedure_id == ranges[0].procedure_id]
    currency = preferences.currency()
    try:
        spans = {
            found.country: (
                exchange.about(found.low, found.currency, currency),
                exchange.about(found.high, found.currency, currency),
            )
            for found in of_first
        }
    except exchange.NoRate:
        return None
    if not spans:
        return None
    home, lowest = preferences.home(), min(spans, key=lambda country: spans[country])
    low = spans[lowest][0]
    price = _(
        "From %(price)s a session in %(country)s",
        price=span_text(low, low, currency),
        country=country_in_sentence(lowest),
    )
    if home not in spans:
        return price
    at_home = span_text(spans[home][0], spans[home][1], currency)
    return _("%(lowest)s, %(span)s in %(home)s", lowest=price, span=at_home, home=country_in_sentence(home))
