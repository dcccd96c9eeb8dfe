"""The cost of a course with travel: what the address asks for, and the totals by country."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache

from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from marketplace.catalogue import trip_plans
from marketplace.catalogue.course_costs import Row, Table, Total, Travel, all_fares, estimated
from marketplace.catalogue.course_planner import Costs
from marketplace.catalogue.models import Treatment
from marketplace.catalogue.trip_plans import Plan
from marketplace.foundation.values.money import half_up
from marketplace.web.filters import country_name, home_choices
from marketplace.web.forms.query import QueryChoice, QueryCount
from marketplace.web.forms.visit_figures import EVERY, FiguresForm, kept_figures
from marketplace.web.forms.visit_home import follows_home
from marketplace.web.public import preferences

PLANS = [
    ("each", _l("One trip for each session")),
    ("stay", _l("One long stay")),
    ("trips", _l("As many trips as I say")),
]


class CostForm(FiguresForm):
    """What the reader asks for; each field has a default. `fare` and `night` are for `country`."""

    home = QueryChoice(_l("I live in"))
    currency = QueryChoice(_l("Show prices in"))
    sessions = QueryCount(_l("Sessions"), high=trip_plans.MAX_SESSIONS)
    gap = QueryCount(_l("Weeks between"), high=trip_plans.MAX_GAP)
    plan = QueryChoice(_l("Trips"), choices=PLANS, default="each")
    trips = QueryCount(_l("How many trips"), high=trip_plans.MAX_SESSIONS)
    country = QueryChoice(_l("Country"))

    def start_from(self, *, sessions: int, gap: int) -> None:
        """Fills in the usual course, with `gap` weeks between sessions, where the reader typed nothing."""
        for field, usual in ((self.sessions, sessions), (self.gap, gap)):
            field.usual, field.data = usual, field.data or str(usual)

    def validate_trips(self, field: QueryCount) -> None:
        """Checks that there are no more trips than sessions. Raises ValidationError."""
        if (field.number or 0) > (self.sessions.number or self.sessions.usual or 1):
            raise ValidationError(_("%(label)s: enter no more trips than sessions", label=field.label.text))


@dataclass(frozen=True)
class Asked:
    """The usable values of the form; amounts in minor units of `currency`, None where an estimate is used."""

    form: CostForm
    home: str
    currency: str

    @cached_property
    def plan(self) -> Plan:
        """Returns the plan with the shortest trips for what was asked; one trip a session by default."""
        sessions, gap = self.form.sessions.number or self.form.sessions.usual or 1, self.form.gap.number or 1
        trips = {"stay": 1, "trips": self.form.trips.number or sessions}.get(self.form.plan.data, sessions)
        return trip_plans.shortest(sessions, gap=gap, trips=min(trips, sessions))

    @property
    def too_short(self) -> Plan | None:
        """Returns the plan with two nights a trip that people expect but that cannot be done; None for one session."""
        sessions, gap, trips = self.plan.sessions, self.plan.gap, self.plan.trips
        fewer = trips if trips < sessions else (sessions + 1) // 2
        return Plan(sessions, gap, fewer, trip_plans.NIGHTS_FOR_ONE) if sessions > 1 else None

    @property
    def country(self) -> str | None:
        """Returns the country that fare and night are for; None where they are for each."""
        return None if self.form.country.data in (None, EVERY) else self.form.country.data.upper()

    def own(self, name: str) -> int | None:
        """Returns the reader's own `fare`, `night` or `own` in minor units; None where our estimate stands."""
        return self.form.figure(name)


def asked(treatment: Treatment, countries: list[str]) -> Asked:
    """Returns what the address asks for; `countries` are those with a price."""
    home, currency = preferences.home(), preferences.currency()
    facts = treatment.procedures[0].facts
    form = _with_choices(home, currency, countries)
    form.start_from(sessions=facts["sessions"][0], gap=sum(facts["spacing_weeks"]) // 2)
    form.validate()
    form.keep(home=home.lower(), sessions=form.sessions.data, gap=form.gap.data, country=form.country.data)
    return Asked(form, home, currency)


def _with_choices(home: str, currency: str, countries: list[str]) -> CostForm:
    form = _form_in(currency)(formdata=_given(home, currency, countries))
    form.home.choices = home_choices(get_locale())
    form.currency.choices = [(code, code) for code in sorted({*preferences.currencies(), currency})]
    places = [(code.lower(), country_name(code)) for code in sorted(countries, key=country_name)]
    form.country.choices = [(EVERY, _("Every country")), *places]
    form.home.default, form.currency.default = home.lower(), currency
    for field, usual in ((form.home, home.lower()), (form.currency, currency)):
        field.data = field.data or usual
    return form


@lru_cache
def _form_in(currency: str) -> type[CostForm]:
    return type("CostForm", (CostForm,), {"currency_code": currency})


def _given(home: str, currency: str, countries: list[str]) -> MultiDict[str, str]:
    """Returns the address's values that are not empty, codes in the case of the lists, and figures typed earlier.

    A number of trips alone chooses the plan with that number.
    """
    cased: Mapping[str, str] = {name: value for name, value in request.args.items() if value.strip()}
    lower = {name: cased[name].lower() for name in ("home", "country") if name in cased}
    upper = {"currency": currency if follows_home() else cased["currency"].upper()} if "currency" in cased else {}
    alone = {"plan": "trips"} if "trips" in cased and "plan" not in cased else {}
    only = countries[0] if len(countries) == 1 else ""
    sessions, country = cased.get("sessions", ""), lower.get("country", only)
    kept = kept_figures(currency, home=home, sessions=sessions, country=country)
    return MultiDict({**kept, **({"country": only.lower()} if only else {}), **cased, **lower, **upper, **alone})


@dataclass(frozen=True)
class CountryTotal:
    """One country: what its plans are counted with, and the totals at both ends of its range in minor units."""

    country: str
    plan: Plan
    costs: Costs
    low: int
    high: int

    @cached_property
    def total(self) -> Total:
        """Returns the total of the plan that was asked for, at the middle price."""
        return self.costs.total(self.plan)

    @property
    def against_home(self) -> int | None:
        """Returns the rounded difference from home; None without a price at home."""
        return None if self.costs.home is None else self.total.against(self.costs.home)

    @property
    def percent(self) -> int | None:
        """Returns the difference from home in per cent of it, without a sign; None without a price at home."""
        home = self.costs.home
        return half_up(abs(self.total.exact - home) / home * 100) if home else None

    @property
    def fares(self) -> int:
        """Returns the fares of all trips in minor units, rounded as the total is; the rest of the travel is nights."""
        return half_up(all_fares(self.plan, self.costs.travel), unit=self.costs.unit)

    @property
    def stay(self) -> int:
        """Returns the total of one stay for all sessions."""
        return self.costs.total(trip_plans.one_stay(self.plan.sessions, gap=self.plan.gap)).all

    @property
    def pays_off(self) -> int | None:
        """Returns the most short trips that stay below the price at home; see Costs."""
        return self.costs.pays_off_up_to()


@dataclass(frozen=True)
class Totals:
    """Every country abroad, lowest total first, and the cost of the course at home by the reader's figure or ours."""

    rows: list[CountryTotal]
    home: Fraction | None
    home_is_own: bool
    unit: int

    @property
    def at_home(self) -> int | None:
        """Returns the cost at home in minor units, rounded once; None without a price at home."""
        return None if self.home is None else half_up(self.home, unit=self.unit)

    def of(self, country: str | None) -> CountryTotal | None:
        """Returns the total of the country asked for, else the lowest; None where there is none."""
        return next((row for row in self.rows if row.country == country), self.rows[0] if self.rows else None)


def totals(table: Table, asked: Asked, *, unit: int) -> Totals:
    """Returns the totals of one procedure in all countries."""
    own = asked.own("own")
    home = table.home.middle_course if table.home else None
    home = home if own is None else Fraction(own)
    rows = [_of(row, asked, home=home, unit=unit) for row in table.rows if not row.is_home]
    rows.sort(key=lambda row: (row.total.exact, row.country))
    return Totals(rows, home, own is not None, unit)


def _of(row: Row, asked: Asked, *, home: Fraction | None, unit: int) -> CountryTotal:
    going = travel_of(asked, row.country)
    costs = Costs(row.middle_course, going, home, unit)
    low, high = (replace(costs, course=one * row.sessions).total(asked.plan) for one in (row.exact_low, row.exact_high))
    return CountryTotal(country=row.country, plan=asked.plan, costs=costs, low=low.all, high=high.all)


def travel_of(asked: Asked, country: str) -> Travel:
    """Returns the reader's own fare and night where typed for this country or all, else our estimate. Raises NoRate."""
    ours = estimated(asked.home, country, asked.currency)
    if asked.country not in (None, country):
        return ours
    return ours.with_own(fare=asked.own("fare"), night=asked.own("night"))
