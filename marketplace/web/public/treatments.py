"""Treatments: the guide, its questions, aftercare, and what a treatment costs in one country."""

from datetime import date

from flask import render_template
from markupsafe import Markup

from marketplace.catalogue import exchange
from marketplace.catalogue.course_costs import estimated
from marketplace.catalogue.geography import Country, by_slug, travel
from marketplace.catalogue.models import PriceRange, Procedure, Treatment
from marketplace.catalogue.published import Content, content, content_of
from marketplace.clinics.market import Market, market
from marketplace.clinics.search import ClinicFilter, search
from marketplace.foundation.problems import NotFound
from marketplace.foundation.values.money import half_up, minor_units
from marketplace.web.clinic_words import about_span, span
from marketplace.web.public import preferences
from marketplace.web.public.abroad import abroad_of
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.cards import Deck
from marketplace.web.public.cities import city_links
from marketplace.web.public.country_facts import fact_rows, facts_to_ask
from marketplace.web.public.course_cost import Asked, Totals, asked, totals
from marketplace.web.public.guide_text import guide_page
from marketplace.web.public.own_prices import own_price_help
from marketplace.web.public.prices import choose, plans_in, price_table_of, unit_of

FIRST_CLINICS = 5  # on the page of a country


@blueprint.get("/treatments")
def treatments() -> str:
    """Shows what each treatment is for: by concern, with its procedure and the clinics that offer it."""
    shown = [(each, _concerns(each)) for each in content().treatments]
    return render_template("public/treatments.html", treatments=shown)


def _concerns(treatment: Treatment) -> list[tuple[str, Procedure]]:
    """Returns what people want help with, and the procedure that each usually leads to."""
    by_name = {procedure.slug: procedure for procedure in treatment.procedures}
    return [(row["label"], by_name[row["procedure"]]) for row in treatment.concerns if row["procedure"] in by_name]


@blueprint.get("/treatments/<treatment>")
def guide(treatment: str) -> str:
    """Shows the guide: in short, then by parts with its drawings. Raises NotFound."""
    return _text(treatment, "guide")


@blueprint.get("/treatments/<treatment>/questions")
def questions(treatment: str) -> str:
    """Shows the questions people ask. Raises NotFound."""
    return _text(treatment, "questions")


@blueprint.get("/treatments/<treatment>/aftercare")
def aftercare(treatment: str) -> str:
    """Shows what to do in the days after the treatment. Raises NotFound."""
    return _text(treatment, "aftercare")


def _text(slug: str, kind: str) -> str:
    found = content()
    return render_template("public/guide.html", kind=kind, **vars(guide_page(found, found.treatment(slug), kind)))


@blueprint.get("/treatments/<treatment>/<country>")
def country(treatment: str, country: str) -> str:
    """Shows prices, travel, clinics and official facts of one country. Raises NotFound."""
    listed = market()
    found = content_of(listed.version)
    about, place = found.treatment(treatment), _place(country)
    usual = next(
        (each.procedure for each in found.price_ranges(about) if each.country == place.code), about.procedures[0]
    )
    return render_template(
        "public/country.html",
        treatment=about,
        place=place,
        cards=_first_clinics(listed, place.code, about, usual),
        abroad=abroad_of(found, about) if place.code == preferences.home() else None,
        facts=fact_rows(place.code),
        to_ask=facts_to_ask(place.code),
        cities=city_links(listed, place.code),
        **country_prices(found, about, place.code),
    )


def _place(slug: str) -> Country:
    place = by_slug().get(slug)
    if place is None:
        raise NotFound("country")
    return place


def _first_clinics(found: Market, country: str, treatment: Treatment, procedure: Procedure) -> list[Markup]:
    """Returns the first cards of clinics that offer the treatment, with the total of its procedure's usual course.

    The only treatment is that of all clinics.
    """
    asked = treatment.slug if len(found.treatments) > 1 else None
    wanted = ClinicFilter(country=country, treatment=asked)
    rows = search(wanted, known=found.known(wanted)._replace(total=0)).rows[:FIRST_CLINICS]
    return Deck(found, preferences.currency(), asked, usual=procedure.slug).cards(rows, level="h3")


def country_prices(content: Content, treatment: Treatment, country: str) -> dict[str, object]:
    """Returns what a country's page shows; for the reader's own country without travel and total."""
    ranges = content.price_ranges(treatment)
    here = [found for found in ranges if found.country == country]
    wanted = asked(treatment, [country])
    priced = {found.procedure_id for found in here}
    in_all = _totals(ranges, here, wanted)
    chosen = choose(wanted, in_all) if in_all else None
    return {
        "ranges": [_range(found, wanted.currency) for found in here],
        "period": here[0].period if here else None,
        "without": [procedure.name for procedure in treatment.procedures if procedure.id not in priced],
        "converted": any(found.currency != wanted.currency for found in here),
        "asked": wanted,
        "home": wanted.home,
        "currency": wanted.currency,
        "way": None if country == wanted.home else _way(wanted, country),
        "first": here[0].procedure if here else None,
        "totals": in_all,
        "chosen": chosen,
        "planner": plans_in(chosen, wanted) if chosen else None,
        "own_help": own_price_help(wanted, here[0].procedure, has_guide=_has_guide(ranges, here, wanted))
        if chosen
        else None,
        "estimate": travel(wanted.home, wanted.home),
        "form": wanted.form,
        "has_errors": bool(wanted.form.errors),
        "rate_day": exchange.rate_day(),
    }


def _range(found: PriceRange, currency: str) -> dict[str, str | None]:
    return {
        "name": found.procedure.name,
        "guide": span(found.low, found.high, found.currency),
        "about": about_span(found.low, found.high, found.currency, to=currency),
    }


def _way(wanted: Asked, country: str) -> dict[str, int | str | date]:
    """Returns our estimates of fare and night, as estimated and in the reader's currency."""
    ours, going = travel(wanted.home, country), estimated(wanted.home, country, wanted.currency)
    unit = 1 if ours.currency == wanted.currency else exchange.one_whole(wanted.currency)
    return {
        "fare": half_up(going.fare, unit=unit),
        "night": half_up(going.night, unit=unit),
        "own_fare": minor_units(ours.fare, ours.currency),
        "own_night": minor_units(ours.night, ours.currency),
        "own_currency": ours.currency,
        "dated": ours.dated,
    }


def _has_guide(ranges: list[PriceRange], here: list[PriceRange], wanted: Asked) -> bool:
    """Returns whether the guide has the price at home of the first procedure with a price here."""
    return any(found.country == wanted.home and found.procedure_id == here[0].procedure_id for found in ranges)


def _totals(ranges: list[PriceRange], here: list[PriceRange], wanted: Asked) -> Totals | None:
    """Returns the totals of the first procedure with a price here, and the price at home."""
    if not here or here[0].country == wanted.home:
        return None
    unit = unit_of(ranges, wanted)
    both = [found for found in ranges if found.country in {here[0].country, wanted.home}]
    return totals(price_table_of(here[0].procedure, both, wanted, unit=unit), wanted, unit=unit)
