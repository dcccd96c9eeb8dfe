"""Treatments: the guide, its questions, aftercare, and one country."""

from typing import Any

from flask import render_template

from marketplace.catalogue import exchange, queries
from marketplace.catalogue.geography import Country, by_slug, travel
from marketplace.catalogue.texts import render
from marketplace.clinics.queries import ClinicFilter, search
from marketplace.foundation.money import minor_units
from marketplace.foundation.problems import NotFound
from marketplace.web.public import reader
from marketplace.web.public.cards import card
from marketplace.web.public.door import door


@door.get("/treatments")
def treatments() -> str:
    """All treatments."""
    return render_template("public/treatments.html", treatments=queries.treatments())


@door.get("/treatments/<treatment>")
def guide(treatment: str) -> str:
    """The guide, with its procedures as facts beside it."""
    return _text(treatment, "guide")


@door.get("/treatments/<treatment>/questions")
def questions(treatment: str) -> str:
    """Questions people ask."""
    return _text(treatment, "questions")


@door.get("/treatments/<treatment>/aftercare")
def aftercare(treatment: str) -> str:
    """The days afterwards."""
    return _text(treatment, "aftercare")


def _text(slug: str, kind: str) -> str:
    treatment = queries.treatment(slug)
    text = queries.guide(treatment, kind)
    return render_template("public/guide.html", treatment=treatment, guide=text, kind=kind, text=render(text.body))


@door.get("/treatments/<treatment>/<country>")
def country(treatment: str, country: str) -> str:
    """Prices, travel and clinics of one country."""
    about, place = queries.treatment(treatment), _place(country)
    home, shown = reader.home(), reader.currency()
    estimate = travel(home, place.code)
    return render_template(
        "public/country.html",
        treatment=about,
        place=place,
        ranges=queries.price_ranges(treatment, country=place.code),
        home=home,
        currency=shown,
        convert=lambda minor, of: exchange.about(minor, of, shown),
        estimate=estimate,
        fare=minor_units(estimate.fare, estimate.currency),
        night=minor_units(estimate.night, estimate.currency),
        cards=_first_clinics(place.code),
        rate_day=exchange.rate_day(),
    )


def _place(slug: str) -> Country:
    place = by_slug().get(slug)
    if place is None:
        raise NotFound("country")
    return place


def _first_clinics(country: str) -> list[Any]:
    return [card(clinic) for clinic in search(ClinicFilter(country=country)).rows[:5]]
