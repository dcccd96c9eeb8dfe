"""Puts the plans that a course can be done in side by side: trips, nights, totals, days, and the cheapest. Pure.

Amounts are exact minor units of the reader's currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from marketplace.catalogue.course_costs import Total, Travel, covered_nights, total_for_you, travel_cost
from marketplace.catalogue.trip_plans import DAYS_A_WEEK, NIGHTS_FOR_ONE, Plan, possible


class PlanKind(Enum):
    """How the sessions of a plan are spread over trips."""

    EACH = 1  # a trip a session
    TRIPS = 2  # several longer trips
    STAY = 3  # all sessions in one trip


@dataclass(frozen=True)
class Stay:
    """One trip in days since the first session: arrival, departure, and the sessions between them."""

    arrives: int
    leaves: int
    sessions: tuple[int, ...]


@dataclass(frozen=True)
class CoursePlan:
    """A plan that can be done and its total.

    `fits` is false where it needs more trips than the person has; such a plan is never the lowest. `against_home` is
    rounded as the total is: above 0 more than at home, None without a price at home. `is_stated`: the clinic's own.
    """

    plan: Plan
    travel: Travel
    total: Total
    nights_included: int
    fits: bool
    is_stated: bool
    is_lowest: bool
    against_home: int | None

    @property
    def kind(self) -> PlanKind:
        """Returns how its sessions are spread over trips."""
        return kind_of(self.plan)


@dataclass(frozen=True)
class Costs:
    """What plans are counted with: the price of the course, its travel, and the course at home where it is known.

    `hotel_of` is the plan whose nights that price includes.
    """

    course: Fraction
    travel: Travel
    home: Fraction | None = None
    unit: int = 1
    hotel_of: Plan | None = None

    def covered(self, plan: Plan) -> int:
        """Returns the nights of a plan that the price of the course includes."""
        return covered_nights(plan, stated=self.hotel_of) if self.hotel_of is not None else 0

    def total(self, plan: Plan) -> Total:
        """Returns the total of a plan."""
        covered = self.covered(plan)
        return total_for_you(self.course, plan=plan, travel=self.travel, nights_included=covered, unit=self.unit)

    def pays_off_up_to(self) -> int | None:
        """Returns the most short trips with which the total stays below the price at home; 0 where none does.

        None where it cannot be told: without a price at home, or where trips cost nothing.
        """
        trip = travel_cost(short_trips(1), self.travel)
        if self.home is None or trip <= 0:
            return None
        with_hotel = self.hotel_of.trips if self.hotel_of is not None else 0
        for trips in range(1, with_hotel + 1):
            if self.total(short_trips(trips)).exact >= self.home:
                return trips - 1
        left = self.home - (self.total(short_trips(with_hotel)).exact if with_hotel else self.course)
        return max(0, with_hotel - (-left // trip) - 1)


def short_trips(number: int) -> Plan:
    """Returns the plan of so many trips with one session each."""
    return Plan(number, 1, number, NIGHTS_FOR_ONE)


def kind_of(plan: Plan) -> PlanKind:
    """Returns how the sessions of a plan are spread over trips; one session is a trip a session."""
    if plan.trips >= plan.sessions:
        return PlanKind.EACH
    return PlanKind.STAY if plan.trips == 1 else PlanKind.TRIPS


def course_plans(
    sessions: int,
    *,
    gap: int,
    costs: Costs,
    stated: Plan | None = None,
    max_trips: int | None = None,
) -> list[CoursePlan]:
    """Returns the plans for this course that can be done, most trips first, and marks the lowest of those that fit.

    A stated plan is among them where it can be done.
    """
    plans = possible(sessions, gap=gap)
    if stated is not None and stated.can_be_done and stated not in plans:
        plans = sorted([*plans, stated], key=lambda plan: (-plan.trips, plan.nights))
    totals = {plan: costs.total(plan) for plan in plans}
    fitting = [plan for plan in plans if max_trips is None or plan.trips <= max_trips]
    lowest = min((totals[plan].exact for plan in fitting), default=None)
    return [
        CoursePlan(
            plan=plan,
            travel=costs.travel,
            total=totals[plan],
            nights_included=costs.covered(plan),
            fits=plan in fitting,
            is_stated=plan == stated,
            is_lowest=plan in fitting and len(plans) > 1 and totals[plan].exact == lowest,
            against_home=None if costs.home is None else totals[plan].against(costs.home),
        )
        for plan in plans
    ]


def calendar(plan: Plan) -> list[Stay]:
    """Returns the trips of a plan that can be done, by days since its first session.

    A person arrives the day before a trip's first session and stays the plan's nights; the next trip begins one gap
    after the last session, or when the one before is over. The sessions are spread evenly, the first trips get more.
    """
    gap, first, stays = plan.gap * DAYS_A_WEEK, 0, list[Stay]()
    for held in _spread(plan.sessions, plan.trips):
        days = tuple(first + gap * n for n in range(held))
        stays.append(Stay(first - 1, first - 1 + plan.nights, days))
        first = max(days[-1] + gap, stays[-1].leaves + 1)
    return stays


def _spread(sessions: int, trips: int) -> Sequence[int]:
    """Returns the number of sessions in each trip; trips without one are left out."""
    least, more = divmod(sessions, trips)
    return [held for held in (least + (n < more) for n in range(trips)) if held]
