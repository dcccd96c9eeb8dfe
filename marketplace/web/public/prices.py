"""The price comparison: the reader's home, currency, sessions and trips are in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.catalogue import exchange, queries
from marketplace.catalogue.comparison import Row, Table, table, total_for_you
from marketplace.catalogue.geography import by_slug, homes, travel
from marketplace.catalogue.models import PriceRange, Procedure, Treatment
from marketplace.foundation.money import minor_units
from marketplace.web.filters import country_name, country_slug, money, money_text
from marketplace.web.inputs import number
from marketplace.web.public import reader
from marketplace.web.public.door import door

NIGHTS = 2


@dataclass(frozen=True)
class Asked:
    """Whose home, in which currency, for how many sessions on how many trips."""

    home: str
    currency: str
    sessions: int
    trips: int


@door.get("/treatments/<treatment>/cost")
def cost(treatment: str) -> str:
    """A table a procedure that has ranges; the others are named as without a guide price."""
    about, asked = queries.treatment(treatment), _asked()
    ranges = queries.price_ranges(treatment)
    tables = _tables(about, ranges, asked)
    return render_template(
        "public/cost.html",
        treatment=about,
        tables=tables,
        without=[p for p in about.procedures if p.slug not in {t["slug"] for t in tables}],
        homes=sorted(homes(), key=country_name),
        currencies=sorted({*reader.currencies(), asked.currency}),
        nights=NIGHTS,
        rate_day=exchange.rate_day(),
        sources=ranges,
        **vars(asked),
    )


def _asked() -> Asked:
    sessions = number("sessions", default=4, low=1, high=12)
    return Asked(reader.home(), reader.currency(), sessions, trips=number("trips", default=2, low=1, high=12))


def _tables(about: Treatment, ranges: Sequence[PriceRange], asked: Asked) -> list[dict[str, Any]]:
    of_procedure = ((p, [found for found in ranges if found.procedure_id == p.id]) for p in about.procedures)
    return [_shown(procedure, mine, asked, treatment=about.slug) for procedure, mine in of_procedure if mine]


def _to(currency: str) -> Any:
    return lambda minor, of: exchange.about(minor, of, currency)


def _shown(procedure: Procedure, ranges: Sequence[PriceRange], asked: Asked, *, treatment: str) -> dict[str, Any]:
    home, currency = asked.home, asked.currency
    compared = table(ranges, home=home, sessions=asked.sessions, convert=_to(currency))
    return {
        "slug": procedure.slug,
        "name": procedure.name,
        "rows": [_row(row, compared, treatment=treatment, currency=currency) for row in compared.rows],
        "axis": [money_text(compared.axis_max * part // 4, currency) for part in range(5)],
        "axis_max": money_text(compared.axis_max, currency),
        "period": ranges[0].period,
        "totals": [_total(row, asked) for row in compared.rows if not row.is_home],
        "home_total": compared.home.middle * compared.home.sessions if compared.home else None,
    }


def _row(row: Row, compared: Table, *, treatment: str, currency: str) -> dict[str, Any]:
    low, high = row.course
    slug = country_slug(row.country)
    return {
        "label": country_name(row.country),
        "href": f"/treatments/{treatment}/{slug}" if slug in by_slug() else None,
        "session": _span(row.low, row.high, currency),
        "course": _span(low, high, currency),
        "versus": _versus(row),
        "mine": row.is_home,
        "bar": {
            "low": row.low,
            "high": row.high,
            "axis_max": compared.axis_max,
            "home_low": compared.home.low if compared.home else None,
            "home_high": compared.home.high if compared.home else None,
            "hatched": row.basis == "guide",
        },
    }


def _span(low: int, high: int, currency: str) -> Any:
    return Markup(_("%(low)s to %(high)s", low=money(low, currency), high=money(high, currency)))  # noqa: S704


def _versus(row: Row) -> str:
    if row.is_home:
        return _("Your home price")
    if row.versus is None:
        return _("No guide price at home")
    if row.versus == 0:
        return _("about the same")
    if row.versus < 0:
        return _("about %(percent)s%% less", percent=-row.versus)
    return _("about %(percent)s%% more", percent=row.versus)


def _total(row: Row, asked: Asked) -> dict[str, Any]:
    """Middle course price with our dated estimate of travel."""
    estimate, to = travel(asked.home, row.country), _to(asked.currency)
    fare, night = (
        to(minor_units(amount, estimate.currency), estimate.currency) for amount in (estimate.fare, estimate.night)
    )
    course = row.middle * row.sessions
    return {
        "label": country_name(row.country),
        "course": course,
        "travel": asked.trips * (fare + NIGHTS * night),
        "total": total_for_you(course, trips=asked.trips, fare=fare, nights=NIGHTS, night=night),
        "source": estimate.source,
    }
