"""The public pages of clinics: the list with its filters, by country and city, one clinic and its checks."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalogue.geography import by_slug
from marketplace.clinics import search
from marketplace.clinics.market import Market, Place, market
from marketplace.clinics.search import Total
from marketplace.clinics.text_search import Level, slug_of
from marketplace.foundation.problems import NotFound
from marketplace.foundation.security import limits
from marketplace.web.filters import country_in_sentence, country_name, country_slug
from marketplace.web.forms.query import Chip
from marketplace.web.public import preferences
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.card_courses import place_totals
from marketplace.web.public.cards import Deck
from marketplace.web.public.cities import PlaceFigures, canonical, place_figures
from marketplace.web.public.clinic_filters import Filters, filters

MAX_PLACES = 3  # that a search may have named


def _hints(asked: Filters, found: Market) -> list[str]:
    """Returns, where nothing matches, each condition that can be removed and the number of clinics without it."""
    totals = search.counts_without_each(asked.wanted, found.known)
    return [
        ngettext(
            "Remove “%(words)s” to see %(count)s clinic",
            "Remove “%(words)s” to see %(count)s clinics",
            total.number,
            words=asked.chips[name].strip("“”"),
            count=f"{total.number}+" if total.more else total.number,
        )
        for name, total in totals.items()
        if total.number
    ]


def _counted(total: Total) -> str:
    """Returns "3 clinics", or "100+ clinics" where there are more than were counted."""
    number = f"{total.number}+" if total.more else str(total.number)
    return ngettext("%(number)s clinic", "%(number)s clinics", total.number, number=number)


def _heading(found: Market, place: str) -> str:
    """Returns the heading; it names the treatment asked for, or the only one."""
    listed = found.treatments
    asked = [each for each in listed if len(listed) == 1 or each.slug == request.args.get("treatment")]
    if asked:
        return _("%(treatment)s clinics in %(place)s", treatment=asked[0].name, place=place)
    return _("Clinics in %(place)s", place=place)


def _list(found: Market, heading: str, **fixed: str) -> str:
    asked = filters(found, fixed=fixed)
    wanted = asked.wanted
    if wanted.q:
        limits.consume("search")
    page = search.search(wanted, known=found.known(wanted))
    if page.page < wanted.page:
        asked = filters(found, fixed=fixed, pages=page.page)
    deck = Deck(found, asked.currency, wanted.treatment, wanted.procedure)
    return render_template(
        "public/clinics.html",
        heading=heading,
        wanted=wanted,
        asked=asked,
        has_errors=asked.errors is not None,
        counted=_counted(page.total),
        cards=deck.cards(page.rows, level="h2"),
        totals=place_totals([deck.course(row) for row in page.rows]),
        home=preferences.home(),
        chips_shown=[Chip(words, asked.address(**{name: None})) for name, words in asked.chips.items()],
        hints=_hints(asked, found) if not page.total.number else [],
        places=_places(found, page.meant),
        courses=_courses_in(found, wanted.country),
        here=_here(found, wanted.country, wanted.city),
        canonical=canonical(wanted.country, wanted.city),
        **_neighbours(asked, page),
    )


def _here(found: Market, country: str | None, city: str | None) -> PlaceFigures | None:
    """Returns the figures of a country or city; None where the list is of no country with a path."""
    if country is None or country_slug(country) not in by_slug():
        return None
    return place_figures(found, Place(country, city or ""))


def _places(found: Market, meant: Level) -> list[tuple[str, str]]:
    """Returns the address and words of each place that a search named: "Istanbul, Türkiye: see all 4 clinics"."""
    listed = found.facets.places_named(meant)[:MAX_PLACES]
    return [_place(found, country, city) for country, city in listed if country_slug(country) in by_slug()]


def _place(found: Market, country: str, city: str | None) -> tuple[str, str]:
    n = found.facets.places[Place(country, city)] if city else found.facets["country"][country]
    name = f"{city}, {country_name(country)}" if city else country_name(country)
    words = ngettext("%(place)s: see %(num)s clinic", "%(place)s: see all %(num)s clinics", n, place=name)
    return canonical(country, city), words


def _courses_in(found: Market, country: str | None) -> list[tuple[str, str]]:
    """Returns the address and words of the pages that say what the usual course costs in a country, and its rules."""
    if country is None or country_slug(country) not in by_slug():
        return []
    place, slug = country_in_sentence(country), country_slug(country)
    words = {
        each.slug: _("%(treatment)s in %(country)s: plans, and whom to turn to", treatment=each.name, country=place)
        for each in found.treatments
    }
    return [(f"/treatments/{treatment}/{slug}", each) for treatment, each in words.items()]


def _neighbours(asked: Filters, page: search.ListPage) -> dict[str, str | None]:
    """Returns the addresses of the first page, the one before and the next; None for one that is not there."""
    is_first = asked.wanted.place is None and page.page == 1
    return {
        "first_page": None if is_first else asked.address(),
        "page_before": asked.address(before=page.before) if page.before else None,
        "page_after": asked.address(after=page.after) if page.after else None,
    }


def _searched() -> str:
    return request.args.get("q", "")


@blueprint.get("/clinics")
def clinics() -> str:
    """Shows all published clinics that match the filters. Raises LimitReached for too many searches."""
    return _list(market(_searched()), _("Clinics"))


@blueprint.get("/clinics/<country>")
def clinics_of_country(country: str) -> str:
    """Shows the clinics of one country. Raises NotFound or LimitReached."""
    place = by_slug().get(country)
    if place is None:
        raise NotFound("country")
    found = market(_searched())
    return _list(found, _heading(found, country_in_sentence(place.code)), country=place.code.lower())


@blueprint.get("/clinics/<country>/<city>")
def clinics_of_city(country: str, city: str) -> ResponseReturnValue:
    """Shows the clinics of a city by its slug; other spellings redirect to it. Raises NotFound."""
    place = by_slug().get(country)
    if place is None:
        raise NotFound("country")
    slug, found = slug_of(city), market(_searched())
    name = found.facets.city_names.get((place.code, slug))
    if name is None:
        words = _("Clinics in %(place)s", place=country_in_sentence(place.code))
        raise NotFound("city", way_on=(canonical(place.code, None), words))
    if city != slug:
        return redirect(canonical(place.code, name), 308)
    return _list(found, _heading(found, name), country=place.code.lower(), city=name)
