"""Treatments: the guide, its questions, aftercare, and one country."""

from typing import Any

from flask import render_template

from marketplace.catalogue import queries
from marketplace.catalogue.geography import Country, by_slug
from marketplace.catalogue.texts import render
from marketplace.clinics.queries import ClinicFilter, search
from marketplace.foundation.problems import NotFound
from marketplace.web.public import reader
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.cards import card
from marketplace.web.public.country_prices import country_prices


@blueprint.get("/treatments")
def treatments() -> str:
    """All treatments."""
    return render_template("public/treatments.html", treatments=queries.treatments())


@blueprint.get("/treatments/<treatment>")
def guide(treatment: str) -> str:
    """The guide, with its procedures as facts beside it."""
    return _text(treatment, "guide")


@blueprint.get("/treatments/<treatment>/questions")
def questions(treatment: str) -> str:
    """Questions people ask."""
    return _text(treatment, "questions")


@blueprint.get("/treatments/<treatment>/aftercare")
def aftercare(treatment: str) -> str:
    """The days afterwards."""
    return _text(treatment, "aftercare")


def _text(slug: str, kind: str) -> str:
    treatment = queries.treatment(slug)
    text = queries.guide(treatment, kind)
    return render_template("public/guide.html", treatment=treatment, guide=text, kind=kind, text=render(text.body))


@blueprint.get("/treatments/<treatment>/<country>")
def country(treatment: str, country: str) -> str:
    """Prices, travel and clinics of one country."""
    about, place = queries.treatment(treatment), _place(country)
    return render_template(
        "public/country.html",
        treatment=about,
        place=place,
        cards=_first_clinics(place.code),
        **country_prices(about, place.code),
    )


def _place(slug: str) -> Country:
    place = by_slug().get(slug)
    if place is None:
        raise NotFound("country")
    return place


def _first_clinics(country: str) -> list[Any]:
    return [card(clinic, currency=reader.currency()) for clinic in search(ClinicFilter(country=country)).rows[:5]]
