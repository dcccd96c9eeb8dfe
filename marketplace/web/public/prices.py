"""The price comparison by country; the address holds the reader's home, currency, course and trips."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from flask import get_template_attribute, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.catalogue import exchange
from marketplace.catalogue.course_costs import Row, Table, estimated, table
from marketplace.catalogue.course_planner import course_plans
from marketplace.catalogue.geography import by_slug, travel
from marketplace.catalogue.models import PriceRange, Procedure, Treatment
from marketplace.catalogue.published import Content, content
from marketplace.web.clinic_words import span
from marketplace.web.filters import MAX_KEPT, country_in_sentence, country_name, country_slug, in_sentence, money_text
from marketplace.web.forms.query import form_errors
from marketplace.web.forms.visit_figures import EVERY, FIGURES
from marketplace.web.http.page_key import COURSE, COURSES, PLACES
from marketplace.web.http.page_parts import MAX_KEPT_LENGTH, Kept, rendered
from marketplace.web.plan_cards import Planner, planner
from marketplace.web.public import preferences
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.course_cost import Asked, CountryTotal, Totals, asked, totals
from marketplace.web.public.own_prices import own_price_help


@blueprint.get("/treatments/<treatment>/cost")
def cost(treatment: str) -> str:
    """Shows totals by country and a table for each procedure with prices; names those without. Raises NotFound."""
    found = content()
    about = found.treatment(treatment)
    shown = _shown_once(found, about)
    return render_template(
        "public/cost.html",
        treatment=about,
        others=[each for each in found.treatments if each is not about],
        body=shown.body,
        errors=shown.errors,
        has_errors=shown.errors is not None,
    )


class Shown(NamedTuple):
    """The cost page below its heading, and the summary of what cannot be used of the address."""

    body: Markup
    errors: Markup | None


_SHOWN_LAST: Kept[Shown] = Kept(2**20, size=lambda shown: len(shown.body))


def _shown_once(found: Content, about: Treatment) -> Shown:
    """Returns the page of this request, kept for the same address, content, home, currency and language.

    Nothing is kept for readers with figures of their own, in the address or from earlier in the visit; nor for a home
    without a guide price, where what readers told is shown.
    """
    home = preferences.home()
    given = tuple(request.args.get(name, "") for name in sorted({"currency", *PLACES, *COURSES}))
    is_own = COURSE in request.cookies or any(name in request.args for name in FIGURES)
    ranges = found.price_ranges(about)
    has_guide = any(each.country == home and each.procedure_id == ranges[0].procedure_id for each in ranges)
    if is_own or not has_guide or sum(map(len, given)) > MAX_KEPT_LENGTH:
        return _page(found, about)
    key = (found.version, about.slug, home, preferences.currency(), get_locale(), *given)
    return _SHOWN_LAST.get(key, lambda: _page(found, about))


def _page(found: Content, about: Treatment) -> Shown:
    ranges = found.price_ranges(about)
    wanted = asked(about, sorted({each.country for each in ranges}))
    form = wanted.form
    body = rendered(
        "public/_cost_body.html",
        treatment=about,
        asked=wanted,
        form=form,
        rate_day=exchange.rate_day(),
        sources=ranges,
        **_figures(about, ranges, wanted),
    )
    return Shown(body, form_errors(form))


def _figures(about: Treatment, ranges: Sequence[PriceRange], wanted: Asked) -> dict[str, object]:
    """Returns the totals of the first procedure with a price, and a table for each procedure that has one."""
    unit, countries = unit_of(ranges, wanted), {found.country for found in ranges}
    by_procedure = [(p, price_table_of(p, ranges, wanted, unit=unit)) for p in about.procedures]
    priced = [(procedure, found) for procedure, found in by_procedure if found.rows]
    in_all = totals(priced[0][1], wanted, unit=unit) if priced else Totals([], None, False, unit)
    chosen = choose(wanted, in_all)
    return {
        "totals": in_all,
        "chosen": chosen,
        "planner": plans_in(chosen, wanted) if chosen else None,
        "own_help": own_price_help(wanted, priced[0][0], has_guide=priced[0][1].home is not None) if priced else None,
        "estimate": travel(wanted.home, wanted.home),
        "first": priced[0][0] if priced else None,
        "tables": [_shown(*each, wanted, treatment=about.slug, countries=countries) for each in priced],
        "without": [in_sentence(procedure.name) for procedure, found in by_procedure if not found.rows],
    }


def plans_in(chosen: CountryTotal, wanted: Asked) -> Planner:
    """Returns the plans of the course in one country, with the one that the reader asked for."""
    plan = wanted.plan
    own = plan if wanted.form.plan.data == "trips" else None
    plans = course_plans(plan.sessions, gap=plan.gap, costs=chosen.costs, stated=own)
    place = country_in_sentence(chosen.country)
    return planner(plans, chosen.costs, place=place, currency=wanted.currency, stated=_("As you asked"))


def unit_of(ranges: Sequence[PriceRange], wanted: Asked) -> int:
    """Returns what amounts are rounded to, in minor units: 1, or a whole unit for all as soon as a rate is used."""
    return 1 if all(found.currency == wanted.currency for found in ranges) else exchange.one_whole(wanted.currency)


def price_table_of(procedure: Procedure, ranges: Sequence[PriceRange], wanted: Asked, *, unit: int) -> Table:
    """Returns the price table of one procedure; amounts are rounded to `unit` minor units. Raises NoRate."""
    return table(
        [found for found in ranges if found.procedure_id == procedure.id],
        home=wanted.home,
        sessions=wanted.plan.sessions,
        convert=exchange.into(wanted.currency),
        unit=unit,
    )


def choose(wanted: Asked, in_all: Totals) -> CountryTotal | None:
    """Returns the country that the page begins with, and fills its estimates into fields left alone."""
    chosen = in_all.of(wanted.country)
    if chosen is None:
        return None
    form, typed = wanted.form, any(wanted.own(name) is not None for name in ("fare", "night"))
    if not form.country.errors:
        form.country.data = wanted.country.lower() if wanted.country else EVERY if typed else chosen.country.lower()
    ours = estimated(wanted.home, chosen.country, wanted.currency) if form.country.data != EVERY else None
    for name in ("fare", "night"):
        form.show_estimate(name, getattr(ours, name) if ours else None)
    return chosen


def _shown(
    procedure: Procedure, found: Table, wanted: Asked, *, treatment: str, countries: set[str]
) -> dict[str, object]:
    currency = wanted.currency
    return {
        "slug": procedure.slug,
        "name": procedure.name,
        "rows": [_row(row, found, treatment=treatment, currency=currency) for row in found.rows],
        "axis": [money_text(found.axis_max * part // 4, currency) for part in range(5)],
        "period": found.rows[0].period,
        "home": found.home is not None,
        "without": [country_name(code) for code in sorted(countries - {row.country for row in found.rows})],
    }


def _row(row: Row, compared: Table, *, treatment: str, currency: str) -> dict[str, object]:
    slug = country_slug(row.country)
    return {
        "label": country_name(row.country),
        "href": f"/treatments/{treatment}/{slug}" if slug in by_slug() else None,
        "session": span(*row.session, currency),
        "course": span(*row.course, currency),
        "versus": _versus(row),
        "mine": row.is_home,
        "bar": _bar(
            row.session,
            home=compared.home.session if compared.home else None,
            axis_max=compared.axis_max,
            hatched=row.basis == "guide",
            mine=row.is_home,
        ),
    }


@lru_cache(MAX_KEPT)
def _bar(session: tuple[int, int], *, home: tuple[int, int] | None, axis_max: int, hatched: bool, mine: bool) -> Markup:
    """Returns the bar of a range, drawn once for all readers with these prices."""
    draw = get_template_attribute("components/scale.html", "scale_bar")
    return Markup("{}").format(draw(*session, axis_max, *(home or (None, None)), hatched=hatched, mine=mine))


def _versus(row: Row) -> str | None:
    """Returns the comparison with home in words; None where the guide has no price at home."""
    if row.is_home:
        return _("Your home price")
    if row.versus is None:
        return None
    if row.versus == 0:
        return _("about the same")
    if row.versus < 0:
        return _("about %(percent)s%% less", percent=-row.versus)
    return _("about %(percent)s%% more", percent=row.versus)
