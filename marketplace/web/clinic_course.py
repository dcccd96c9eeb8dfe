"""What the usual course costs at a clinic, with travel from a person's home, for each procedure of its price list."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from marketplace.catalogue import exchange
from marketplace.catalogue.course_costs import Total, Travel, known_travel, own_travel
from marketplace.catalogue.course_planner import Costs, CoursePlan, course_plans
from marketplace.catalogue.trip_plans import plan_text
from marketplace.foundation.values.amounts import read_amount
from marketplace.foundation.values.money import half_up
from marketplace.web.clinic_words import both_amounts
from marketplace.web.filters import country_in_sentence, difference, money
from marketplace.web.forms.visit_figures import kept_figures


class ListPrice(Protocol):
    """A price of a clinic's list, in minor units; a package is for so many sessions."""

    @property
    def low(self) -> int: ...

    @property
    def high(self) -> int: ...

    @property
    def currency(self) -> str: ...

    @property
    def package_sessions(self) -> int | None: ...

    @property
    def package_price(self) -> int | None: ...


@dataclass(frozen=True)
class Course:
    """The usual course in words: its total, the plan it is counted with, and the difference from a price at home.

    `price` is the clinic's own, and in the reader's currency where that is another; `travel` is None where there is
    none; `with_more_trips` is the total of the cheapest plan that needs more trips than the person has, where it is
    lower. `amount` is the total, `treatment` its part without travel, in minor units of the reader's `currency`.
    """

    total: Markup
    plan: str
    against: Markup | None
    price: Markup
    travel: Markup | None
    with_more_trips: Markup | None
    amount: int
    treatment: int
    currency: str


@dataclass(frozen=True)
class Journey:
    """From where, to the clinics of which country, the currency that totals are shown in, and the most trips."""

    home: str
    country: str
    currency: str
    max_trips: int | None = None

    @property
    def is_at_home(self) -> bool:
        """Returns whether the person lives in the clinic's country."""
        return self.home == self.country

    def travel(self) -> Travel | None:
        """Returns fare and night: those that the reader typed in this visit, else our estimate. Raises NoRate.

        Where we have no estimate from their home, it returns None until they have typed both.
        """
        own = kept_figures(self.currency, home=self.home, country=self.country)
        fare, night = (read_amount(own[name], self.currency) if name in own else None for name in ("fare", "night"))
        return own_travel(known_travel(self.home, self.country, self.currency), fare=fare, night=night)

    @property
    def no_travel(self) -> str:
        """Returns in words why no travel is counted."""
        if self.is_at_home:
            return _("no travel, you live there")
        return _("without travel: we have no estimate from %(country)s", country=country_in_sentence(self.home))


def usual_courses(prices: Sequence[tuple[ListPrice, dict[str, Any]]], journey: Journey) -> list[Course | None]:
    """Returns the usual course of each price, given with its procedure's facts; None where there is no rate.

    It is counted with the cheapest plan that can be done in the person's trips; who lives there makes no trips.
    """
    try:
        travel = journey.travel()
        return [_course(price, facts, journey, travel) for price, facts in prices]
    except exchange.NoRate:
        return [None] * len(prices)


def _course(price: ListPrice, facts: dict[str, Any], journey: Journey, travel: Travel | None) -> Course:
    sessions, gap, currency = facts["sessions"][0], sum(facts["spacing_weeks"]) // 2, journey.currency
    usual = _usual(price, sessions)
    own = kept_figures(currency, home=journey.home, sessions=str(sessions)).get("own")
    unit = 1 if price.currency == currency and journey.is_at_home else exchange.one_whole(currency)
    at_home = Fraction(read_amount(own, currency)) if own else None
    course, most = exchange.exact(usual, price.currency, currency), journey.max_trips
    costs = Costs(course, travel, at_home, unit) if travel and not journey.is_at_home else None
    plans = course_plans(sessions, gap=gap, costs=costs, max_trips=most) if costs else []
    best = min((each for each in plans if each.fits), key=_total, default=None)
    total = best.total if best else Total(course, Fraction(0), unit)
    plan = plan_text(best.plan) if best else journey.no_travel
    return Course(
        total=money(total.all, currency),
        plan=ngettext("%(num)s session, %(plan)s", "%(num)s sessions, %(plan)s", sessions, plan=plan),
        against=difference(total.against(at_home), currency) if at_home is not None else None,
        price=both_amounts(half_up(usual), price.currency, to=currency),
        travel=money(total.travel, currency) if best else None,
        with_more_trips=_with_more_trips(plans, below=total, currency=currency),
        amount=total.all,
        treatment=total.treatment,
        currency=currency,
    )


def _total(plan: CoursePlan) -> Fraction:
    return plan.total.exact


def _with_more_trips(plans: Sequence[CoursePlan], *, below: Total, currency: str) -> Markup | None:
    cheapest = min(plans, key=_total, default=None)
    if cheapest is None or cheapest.fits or cheapest.total.all >= below.all:
        return None
    words = escape(_("%(amount)s with %(plan)s"))
    return words % {"amount": money(cheapest.total.all, currency), "plan": plan_text(cheapest.plan)}


def _usual(price: ListPrice, sessions: int) -> Fraction:
    """Returns the clinic's package where it is for so many sessions, else the sessions at the middle of its range."""
    if price.package_sessions == sessions and price.package_price:
        return Fraction(price.package_price)
    return Fraction(price.low + price.high, 2) * sessions
