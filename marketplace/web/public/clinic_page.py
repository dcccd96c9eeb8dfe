"""The page of one clinic, and the page of its checks."""

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.catalogue import exchange
from marketplace.clinics import queries
from marketplace.clinics.checks import stamp
from marketplace.clinics.listing_page import ListingPage, ShownPrice, listing_page
from marketplace.clinics.models import Check, Clinic
from marketplace.clinics.states import CheckKind, ListingState
from marketplace.clinics.text_search import slug_of
from marketplace.foundation import clock
from marketplace.web.clinic_course import Journey, usual_courses
from marketplace.web.clinic_words import (
    RecordRow,
    about_span,
    both_amounts,
    reply_record_rows,
    reply_words,
    span,
    stamp_words,
    track_record_rows,
)
from marketplace.web.filters import country_slug, language_list
from marketplace.web.opening_words import opening_rows
from marketplace.web.public import preferences
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.country_facts import fact_of


@blueprint.get("/clinic/<slug>")
def clinic(slug: str) -> str:
    """Shows one clinic: prices, people, languages, reply time and its badge. Raises NotFound."""
    shown, currency = listing_page(slug), preferences.currency()
    found = shown.clinic
    return render_template(
        "public/clinic.html",
        clinic=found,
        people=shown.people,
        reply=reply_words(found.reply_minutes),
        record=_record(shown),
        **_about(found),
        **_checked(shown.checks),
        currency=currency,
        prices=_prices(shown.prices, currency),
        **_courses(shown, currency),
        rate_day=exchange.rate_day(),
        country_path=f"/clinics/{country_slug(found.country)}",
        city_slug=slug_of(found.city) if found.listing_state == ListingState.PUBLISHED else None,
    )


def _about(found: Clinic) -> dict[str, object]:
    """Returns languages, address and year, and the opening hours by the clinic's clock and the reader's."""
    address = found.address if found.city in found.address else f"{found.address}, {found.city}"
    rows: list[tuple[str, object]] = [
        (_("Speaks"), language_list(found.languages)),
        (_("Address"), address),
        (_("Since"), str(found.founded_year) if found.founded_year else _("Not stated")),
    ]
    opening = opening_rows(found.hours, there=found.timezone, home=preferences.home())
    return {"about": [{"key": key, "value": value} for key, value in rows], "opening": opening}


def _checked(checks: list[Check]) -> dict[str, object]:
    """Returns the badge, and the check of the clinic's products as it stands today."""
    today = clock.today()
    words = stamp_words(stamp(checks, today))
    return {"stamp": words, "products_check": _check_of(checks, CheckKind.PRODUCTS), "today": today}


def _record(shown: ListingPage) -> list[RecordRow]:
    """Returns how the clinic answers, and what patients say who chose it, from enough answers on."""
    found = shown.clinic
    replies = reply_record_rows(minutes=found.reply_minutes, sent=found.leads_sent, answered=found.leads_answered)
    return replies + track_record_rows(shown.record)


def _check_of(checks: list[Check], kind: CheckKind) -> Check | None:
    return next((check for check in checks if check.kind == kind), None)


def _courses(shown: ListingPage, currency: str) -> dict[str, object]:
    """Returns the usual course of each price with travel from the reader's home, and the chooser of that home."""
    journey, form = Journey(preferences.home(), shown.clinic.country, currency), preferences.home_form()
    courses = usual_courses([(price, price.facts) for price in shown.prices], journey)
    first = next(((price, course) for price, course in zip(shown.prices, courses, strict=True) if course), None)
    return {"courses": courses, "first": first, "home": journey.home, "form": form, "has_errors": bool(form.errors)}


def _prices(listed: list[ShownPrice], currency: str) -> list[tuple[ShownPrice, Markup, Markup | None, Markup | None]]:
    """Returns each price in the clinic's own currency and, where that is another, in the reader's; then its package."""
    return [
        (
            row,
            span(row.low, row.high, row.currency),
            about_span(row.low, row.high, row.currency, to=currency),
            both_amounts(row.package_price, row.currency, to=currency) if row.package_price else None,
        )
        for row in listed
    ]


@blueprint.get("/clinic/<slug>/checks")
def checks(slug: str) -> str:
    """Shows the clinic's checks: each claim, its evidence, who checked it and until when. Raises NotFound."""
    found, today = queries.listing(slug), clock.today()
    return render_template(
        "public/checks.html",
        clinic=found,
        stamp=stamp_words(stamp(found.checks, today)),
        today=today,
        people_check=_check_of(found.checks, CheckKind.PEOPLE),
        register=fact_of(found.country, "register"),
    )
