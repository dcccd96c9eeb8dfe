"""The plans of a quote's course beside the clinic's own, with the patient's own figures of this visit."""

from collections.abc import Sequence
from fractions import Fraction

from flask import request as asked
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.catalogue.course_planner import Costs, course_plans
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.comparison_table import Column, ComparisonTable, Own, currency_of, home_of
from marketplace.quotes.models import Quote
from marketplace.web.filters import country_in_sentence
from marketplace.web.forms.visit_figures import EVERY, FiguresForm, kept_figures
from marketplace.web.plan_cards import Planner, planner

Course = dict[str, str | None]  # home, sessions, and the country of fare and night, that figures are for


def course_of(request: QuoteRequest, quotes: Sequence[Quote]) -> Course:
    """Returns the home, the sessions where all quotes have as many, and the country where it is one."""
    sessions = {str(quote.sessions) for quote in quotes}
    countries = {quote.lead.clinic.country.lower() for quote in quotes}
    return {
        "home": home_of(request).lower(),
        "sessions": sessions.pop() if len(sessions) == 1 else None,
        "country": countries.pop() if len(countries) == 1 else EVERY,
    }


def asked_figures(currency: str, course: Course) -> MultiDict[str, str]:
    """Returns the address's values, with the figures typed earlier in this visit where it has none."""
    home, sessions, country = (course[name] or "" for name in ("home", "sessions", "country"))
    kept = kept_figures(currency, home=home, sessions=sessions or "several", country=country)
    return MultiDict([*kept.items(), *asked.args.items(multi=True)])


def own_of(form: FiguresForm) -> Own:
    """Returns the reader's own figures."""
    return Own(form.figure("fare"), form.figure("night"), form.figure("own"))


def figures_form(request: QuoteRequest, quotes: Sequence[Quote]) -> FiguresForm:
    """Returns the form of the reader's own figures for these quotes of the request."""
    code, course = currency_of(request), course_of(request, quotes)
    form: FiguresForm = type("QuoteFigures", (FiguresForm,), {"currency_code": code})(
        formdata=asked_figures(code, course)
    )
    form.validate()
    form.keep(**course)
    return form


def quote_planner(column: Column, found: ComparisonTable) -> Planner | None:
    """Returns the plans of the quote's course, with the clinic's own where it can be done.

    None without a rate or a travel estimate, and for a patient who lives in the clinic's country.
    """
    plan, total = column.result.plan, column.result.total
    country = column.quote.lead.clinic.country
    if total is None or column.travel is None or country == column.quote.lead.request.home_country:
        return None
    home = None if found.home_course is None else Fraction(found.home_course)
    hotel_of = plan.stated if "hotel" in column.quote.included else None
    costs = Costs(total.exact_treatment, column.travel, home, column.unit, hotel_of)
    plans = course_plans(
        plan.stated.sessions,
        gap=plan.stated.gap,
        costs=costs,
        stated=plan.stated,
        max_trips=plan.max_trips,
    )
    place = country_in_sentence(country)
    return planner(plans, costs, place=place, currency=found.currency, stated=_("The clinic's own plan"))
