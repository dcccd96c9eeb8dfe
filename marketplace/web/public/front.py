"""The front page: what a course costs at home and abroad, what people come for, and the countries."""

from collections.abc import Sequence
from typing import NamedTuple

from babel.lists import format_list
from flask import render_template
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.catalogue.geography import destinations
from marketplace.catalogue.models import Procedure, Treatment
from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.published import content_of
from marketplace.catalogue.texts import slug_of
from marketplace.catalogue.trip_plans import pays_off_text, plan_text
from marketplace.clinics.market import SAMPLE, Facets, market
from marketplace.web.filters import country_in_sentence, country_name, country_slug, difference, money, money_text
from marketplace.web.public import preferences
from marketplace.web.public.abroad import Abroad, abroad_of
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.course_cost import CountryTotal

AXIS_AHEAD = 1.05  # the longest bar is not quite as long as the axis


@blueprint.get("/")
def front() -> str:
    """Shows what a course costs in total, for whom the site is, and the first step."""
    listed = market()
    found = content_of(listed.version)
    form = preferences.home_form()
    figures = ((about, abroad_of(found, about)) for about in found.treatments)
    first = next(((about, abroad) for about, abroad in figures if abroad), None)
    return render_template(
        "public/home.html",
        answer=_answer(*first) if first else None,
        concerns=[(about, _sessions_path(about), _concerns(about)) for about in found.treatments],
        countries=_countries(listed.facets, *(first or (None, None))),
        clinics=listed.facets.clinics,
        has_sample=bool(listed.facets["clinics"].get(SAMPLE)),
        form=form,
        has_errors=bool(form.errors),
    )


class TotalRow(NamedTuple):
    """A total with the words of its parts, its difference from home and how far its bar goes, in minor units."""

    name: str
    href: str | None
    total: Markup
    parts: str
    against: Markup | None
    tone: str
    bar: tuple[int, int]


class Answer(NamedTuple):
    """The totals at home and in the countries with the lowest, in words; `axis` is the length of the bars."""

    course: str
    title: str
    rows: list[TotalRow]
    dearer: str | None
    home: int | None
    axis: int
    compare: str
    place: str


def _answer(about: Treatment, abroad: Abroad) -> Answer:
    totals, plan, home = abroad.totals, abroad.asked.plan, abroad.totals.at_home
    rows = [_row(each, about, abroad.asked.currency) for each in abroad.lowest]
    if home is not None:
        rows.insert(0, _home_row(abroad, home))
    course = ngettext(
        "%(procedure)s, %(num)s session",
        "%(procedure)s, %(num)s sessions, %(gap)s weeks apart",
        plan.sessions,
        procedure=abroad.procedure.name,
        gap=plan.gap,
    )
    longest = max([home or 0, *(each.total.all for each in abroad.lowest)])
    address = f"/treatments/{about.slug}/cost"
    axis, place = round(longest * AXIS_AHEAD) or 1, country_in_sentence(abroad.asked.home)
    return Answer(course, _title(abroad), rows, _dearer(totals.rows), home, axis, address, place)


def _title(abroad: Abroad) -> str:
    """Returns which country costs least, or that home does."""
    home, lowest = country_in_sentence(abroad.asked.home), abroad.lowest[0] if abroad.lowest else None
    if lowest is None or (lowest.against_home is not None and lowest.against_home >= 0):
        return _("From %(home)s, nothing abroad costs less than at home", home=home)
    return _("From %(home)s, %(country)s costs least", home=home, country=country_in_sentence(lowest.country))


def _home_row(abroad: Abroad, total: int) -> TotalRow:
    own, ours = _("Your own price, no travel"), _("Middle of the guide range, no travel")
    parts = own if abroad.totals.home_is_own else ours
    slug = country_slug(abroad.asked.home)
    known = abroad.asked.home in destinations()
    href = f"/clinics/{slug}" if known else None
    return TotalRow(_("At home"), href, money(total, abroad.asked.currency), parts, None, "", (total, 0))


def _row(found: CountryTotal, about: Treatment, currency: str) -> TotalRow:
    total = found.total
    parts = _(
        "Treatment %(treatment)s, travel %(travel)s: %(plan)s",
        treatment=money_text(total.treatment, currency),
        travel=money_text(total.travel, currency),
        plan=plan_text(found.plan),
    )
    name, href = country_name(found.country), f"/treatments/{about.slug}/{country_slug(found.country)}"
    return TotalRow(
        name, href, money(total.all, currency), parts, *_against(found, currency), (total.treatment, total.travel)
    )


def _against(found: CountryTotal, currency: str) -> tuple[Markup | None, str]:
    if found.against_home is None:
        return None, ""
    return difference(found.against_home, currency), "less" if found.against_home < 0 else "more"


def _dearer(rows: Sequence[CountryTotal]) -> str | None:
    """Returns a sentence that names the countries that cost more than home; None where there is none."""
    names = [country_in_sentence(each.country) for each in rows if (each.against_home or 0) > 0]
    if not names:
        return None
    listed = format_list(names, locale=get_locale() or "en")
    words = ngettext(
        "%(countries)s costs more than at home, counted this way.",
        "%(countries)s cost more than at home, counted this way.",
        len(names),
        countries=listed,
    )
    return words[:1].upper() + words[1:]


class Country(NamedTuple):
    """A country with its number of clinics and, where the guide has a price, the total there."""

    name: str
    href: str
    total: Markup | None
    against: Markup | None
    tone: str
    pays_off: str | None
    clinics: int
    clinics_href: str


def _countries(facets: Facets, about: Treatment | None, abroad: Abroad | None) -> list[Country]:
    """Returns every country, the lowest total first, those without a total last."""
    totals = {each.country: each for each in abroad.totals.rows} if abroad else {}
    codes = [*totals, *(code for code in destinations() if code not in totals)]
    return [_country(code, facets["country"].get(code, 0), about, abroad, totals.get(code)) for code in codes]


def _country(
    code: str, clinics: int, about: Treatment | None, abroad: Abroad | None, found: CountryTotal | None
) -> Country:
    slug = country_slug(code)
    listed = f"/clinics/{slug}"
    href = f"/treatments/{about.slug}/{slug}" if about else listed
    if abroad and code == abroad.asked.home and abroad.totals.at_home is not None:
        at_home = money(abroad.totals.at_home, abroad.asked.currency)
        return Country(country_name(code), href, at_home, None, "", _("your home"), clinics, listed)
    if found is None or abroad is None:
        return Country(country_name(code), href, None, None, "", None, clinics, listed)
    currency, pays_off = abroad.asked.currency, found.pays_off
    words = pays_off_text(pays_off) if pays_off is not None else None
    total = money(found.total.all, currency)
    return Country(country_name(code), href, total, *_against(found, currency), words, clinics, listed)


def _sessions_path(about: Treatment) -> str:
    """Returns the address of the sessions of each procedure in the guide; of the guide where it draws none."""
    heading = particulars_of(about).guide.calendar_under
    return f"/treatments/{about.slug}" + (f"#{slug_of(heading)}" if heading else "")


def _concerns(about: Treatment) -> list[tuple[str, str]]:
    """Returns what people come for, each with the procedure it usually leads to and its usual course."""
    procedures = {each.slug: each for each in about.procedures}
    return [(each["label"], _usual(procedures[each["procedure"]])) for each in about.concerns]


def _usual(procedure: Procedure) -> str:
    sessions, weeks = (_range(procedure.facts[name]) for name in ("sessions", "spacing_weeks"))
    return _(
        "%(procedure)s: %(sessions)s sessions, %(weeks)s weeks apart",
        procedure=procedure.name,
        sessions=sessions,
        weeks=weeks,
    )


def _range(ends: Sequence[int]) -> str:
    low, high = ends
    return str(low) if low == high else _("%(low)s to %(high)s", low=low, high=high)
