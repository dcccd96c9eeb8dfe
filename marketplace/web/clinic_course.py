"""What the usual course costs at a clinic, with travel from a person's home, for each procedure of its price list."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from marketplace.catalogue import exchange
from marketplace.catalogue.course_costs import Travel, estimated
from marketplace.catalogue.course_planner import Costs, course_plans
from marketplace.catalogue.trip_plans import plan_text
from marketplace.foundation.values.amounts import read_amount
from marketplace.foundation.values.money import half_up
from marketplace.web.filters import difference, money
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
    """The total of the usual course in words, the plan it is counted with, and the difference from a price at home."""

    total: Markup
    plan: str
    against: Markup | None


@dataclass(frozen=True)
class Journey:
    """From where, to the clinics of which country, and the currency that totals are shown in."""

    home: str
    country: str
    currency: str

    @property
    def is_at_home(self) -> bool:
        """Returns whether the person lives in the clinic's country."""
        return self.home == self.country

    def travel(self) -> Travel:
        """Returns fare and night: those that the reader typed in this visit, else our estimate. Raises NoRate."""
        own = kept_figures(self.currency, home=self.home, country=self.country)
        fare, night = (read_amount(own[name], self.currency) if name in own else None for name in ("fare", "night"))
        return estimated(self.home, self.country, self.currency).with_own(fare=fare, night=night)


def usual_courses(prices: Sequence[tuple[ListPrice, dict[str, Any]]], journey: Journey) -> list[Course | None]:
    """Returns the usual course of each price, given with its procedure's facts; None where there is no rate.

    It is counted with the cheapest plan that can be done; who lives there makes no trips.
    """
    try:
        travel = journey.travel()
        return [_course(price, facts, journey, travel) for price, facts in prices]
    except exchange.NoRate:
        return [None] * len(prices)


def _course(price: ListPrice, facts: dict[str, Any], journey: Journey, travel: Travel) -> Course:
    sessions, gap, currency = facts["sessions"][0], sum(facts["spacing_weeks"]) // 2, journey.currency
    course = exchange.exact(_usual(price, sessions), price.currency, currency)
    own = kept_figures(currency, home=journey.home, sessions=str(sessions)).get("own")
    unit = 1 if price.currency == currency and journey.is_at_home else exchange.one_whole(currency)
    costs = Costs(course, travel, Fraction(read_amount(own, currency)) if own else None, unit)
    if journey.is_at_home:
        plan, total = _("no travel, you live there"), half_up(course, unit=unit)
        against = half_up(course - costs.home, unit=unit) if costs.home is not None else None
    else:
        best = min(course_plans(sessions, gap=gap, costs=costs), key=lambda each: each.total.exact)
        plan, total, against = plan_text(best.plan), best.total.all, best.against_home
    of = ngettext("%(num)s session, %(plan)s", "%(num)s sessions, %(plan)s", sessions, plan=plan)
    return Course(money(total, currency), of, None if against is None else difference(against, currency))


def _usual(price: ListPrice, sessions: int) -> Fraction:
    """Returns the clinic's package where it is for so many sessions, else the sessions at the middle of its range."""
    if price.package_sessions == sessions and price.package_price:
        return Fraction(price.package_price)
    return Fraction(price.low + price.high, 2) * sessions
