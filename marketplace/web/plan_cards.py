"""The plans of a course as cards: title, total, calendar strip and itemised sum; and how many trips pay off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue.course_costs import all_fares, nights_to_confirm, paid_nights
from marketplace.catalogue.course_planner import Costs, CoursePlan, PlanKind, calendar, kind_of, short_trips
from marketplace.catalogue.trip_plans import DAYS_A_WEEK, NIGHTS_FOR_ONE, Plan, plan_text
from marketplace.foundation.values.money import half_up
from marketplace.web.filters import difference, money, money_text

EDGE, WIDTH = 5.0, 90.0  # per cent of the strip: its margin, and what lies between the margins
NARROWEST = 2.0  # of a stay, per cent
MAX_WEEKS_TICKED = 26
MAX_BARS = 7
BAR_SPACE = 94.0  # per cent of the height of the chart that the highest bar takes


class Strip(NamedTuple):
    """A calendar as places along a line, in per cent: sessions, stays with their width, weeks with their number."""

    sessions: list[float]
    stays: list[tuple[float, float]]
    weeks: list[tuple[float, int]]
    ticks: list[float]


@dataclass(frozen=True)
class PlanCard:
    """A plan as it is shown; `tags` are words with the kind of their tag, `rows` and `total` its itemised sum."""

    title: str
    total: Markup
    against: Markup | None
    tone: str
    tags: list[tuple[str, str, str]]
    strip: Strip
    days: str
    rows: list[tuple[str, Markup]]
    is_lowest: bool


def plan_cards(plans: Sequence[CoursePlan], *, currency: str, stated: str) -> list[PlanCard]:
    """Returns a card for each plan; `stated` are the words for the plan that somebody stated."""
    of_fitting = not all(found.fits for found in plans)
    return [_card(found, currency, tags=_tags(found, stated, of_fitting)) for found in plans]


def _card(found: CoursePlan, currency: str, *, tags: list[tuple[str, str, str]]) -> PlanCard:
    return PlanCard(
        title=plan_title(found.plan),
        total=money(found.total.all, currency),
        against=None if found.against_home is None else difference(found.against_home, currency),
        tone="" if found.against_home is None else "less" if found.against_home < 0 else "more",
        tags=tags,
        strip=strip(found.plan),
        days=days_text(found.plan),
        rows=_rows(found, currency),
        is_lowest=found.is_lowest,
    )


def _tags(found: CoursePlan, stated: str, of_fitting: bool) -> list[tuple[str, str, str]]:
    told = (
        (found.is_lowest, ("lowest", lowest_text(found.nights_included, of_fitting=of_fitting), "info")),
        (found.is_stated, ("stated", stated, "")),
        (not found.fits, ("too-many", _("More trips than you have"), "warn")),
    )
    return [words for holds, words in told if holds]


def lowest_text(nights_included: int, *, of_fitting: bool = False) -> str:
    """Returns the label of the lowest total, qualified where it rests on more hotel nights than a price usually has."""
    if nights_to_confirm(nights_included):
        return (
            _("Lowest total of the plans that fit, if the hotel is included")
            if of_fitting
            else _("Lowest total, if the hotel is included")
        )
    return _("Lowest total of the plans that fit") if of_fitting else _("Lowest total")


def hotel_text(nights_included: int) -> str | None:
    """Returns what to confirm about the hotel; None where a price has no more nights than usual."""
    nights = nights_to_confirm(nights_included)
    if not nights:
        return None
    return ngettext(
        "The price would include %(num)s hotel night: get it in writing.",
        "The price would include %(num)s hotel nights: get it in writing.",
        nights,
    )


def plan_title(plan: Plan) -> str:
    """Returns what a plan is called: "One trip for each session"."""
    if plan.sessions == 1:
        return _("One short trip")
    if kind_of(plan) is PlanKind.TRIPS:
        return ngettext("%(num)s longer trip", "%(num)s longer trips", plan.trips)
    return _("One trip for each session") if kind_of(plan) is PlanKind.EACH else _("One long stay")


def days_text(plan: Plan) -> str:
    """Returns what the strip draws, in words: trips, nights, and the week of each session."""
    weeks = [str(_week(day)) for stay in calendar(plan) for day in stay.sessions]
    return ngettext(
        "%(plan)s. The session is in week %(weeks)s.",
        "%(plan)s. Sessions in weeks %(weeks)s.",
        len(weeks),
        plan=plan_text(plan),
        weeks=format_list(weeks, locale=get_locale() or "en"),
    )


def strip(plan: Plan) -> Strip:
    """Returns the calendar of a plan that can be done, to be drawn."""
    stays = calendar(plan)
    first, last = stays[0].arrives, max(stay.leaves for stay in stays)

    def place(day: float) -> float:
        return round(EDGE + WIDTH * (day - first) / (last - first), 2)

    days = [day for stay in stays for day in stay.sessions]
    weeks = range(0, last + 1, DAYS_A_WEEK)
    return Strip(
        sessions=[place(day) for day in days],
        stays=[(place(stay.arrives), max(NARROWEST, place(stay.leaves) - place(stay.arrives))) for stay in stays],
        weeks=[(place(day), _week(day)) for day in days],
        ticks=[place(day) for day in weeks] if len(weeks) <= MAX_WEEKS_TICKED else [],
    )


def _week(day: int) -> int:
    return round(day / DAYS_A_WEEK)


def _rows(found: CoursePlan, currency: str) -> list[tuple[str, Markup]]:
    """Returns the parts of a total, which add up to it as they are shown."""
    plan, total = found.plan, found.total
    nights = paid_nights(plan, included=found.nights_included)
    fares = half_up(all_fares(plan, found.travel), unit=total.unit) if nights else total.travel
    rows = [
        (ngettext("Treatment, %(num)s session", "Treatment, %(num)s sessions", plan.sessions), total.treatment),
        (ngettext("%(num)s return trip", "%(num)s return trips", plan.trips), fares),
    ]
    if nights:
        rows.append((ngettext("%(num)s night", "%(num)s nights", nights), total.travel - fares))
    shown = [(label, money(amount, currency)) for label, amount in rows]
    if found.nights_included:
        shown.append((ngettext("%(num)s night", "%(num)s nights", found.nights_included), escape(_("in the price"))))
    return shown


@dataclass(frozen=True)
class Planner:
    """The plans of a course as cards, and when abroad stops being cheaper (None where it cannot be told)."""

    cards: list[PlanCard]
    break_even: "BreakEven | None"


def planner(plans: Sequence[CoursePlan], costs: Costs, *, place: str, currency: str, stated: str) -> Planner:
    """Returns the planner of these plans in `place`, a country as it is written in a sentence."""
    cards = plan_cards(plans, currency=currency, stated=stated)
    sessions = plans[0].plan.sessions
    return Planner(cards, break_even(costs, sessions=sessions, place=place, currency=currency))


class Bar(NamedTuple):
    """The total with so many trips: the place of its middle and its width, top and height in per cent."""

    trips: int
    middle: float
    left: float
    width: float
    top: float
    height: float
    text: str
    is_needed: bool
    is_between: bool  # every second one beside the needed; a narrow screen has no room for its text


@dataclass(frozen=True)
class BreakEven:
    """When abroad stops being cheaper: in a sentence, and as bars beside the line of the price at home."""

    sentence: str
    bars: list[Bar]
    home_top: float
    home_text: str


def break_even(costs: Costs, *, sessions: int, place: str, currency: str) -> BreakEven | None:
    """Returns how many trips to `place` pay off; None without a price at home, or where trips cost nothing."""
    trips = costs.pays_off_up_to()
    if trips is None or costs.home is None:
        return None
    totals = {n: costs.total(short_trips(n)) for n in _numbers(trips, needed=sessions)}
    highest = max(*(total.exact for total in totals.values()), costs.home)
    step, bars, needed_at = 100 / len(totals), list[Bar](), list(totals).index(sessions)
    for at, (n, total) in enumerate(totals.items()):
        height = round(float(total.exact / highest) * BAR_SPACE, 1)
        left, text = round(step * (at + 0.16), 2), money_text(total.all, currency)
        bars.append(
            Bar(
                n,
                round(step * (at + 0.5), 2),
                left,
                round(step * 0.68, 2),
                round(100 - height, 1),
                height,
                text,
                n == sessions,
                (at - needed_at) % 2 == 1,
            )
        )
    home = money_text(half_up(costs.home, unit=costs.unit), currency)
    home_top = round(100 - float(costs.home / highest) * BAR_SPACE, 1)
    return BreakEven(_sentence(trips, sessions=sessions, place=place), bars, home_top, home)


def _numbers(pays: int, *, needed: int) -> list[int]:
    """Returns the numbers of trips to draw: what is needed, where it stops to pay off, and others as room is left."""
    wanted = {needed, pays + 1, *([pays] if pays else [])} if pays <= needed + MAX_BARS else {needed}
    for number in range(1, MAX_BARS + 1):
        if len(wanted) < MAX_BARS:
            wanted.add(number)
    return sorted(wanted)


def _sentence(trips: int, *, sessions: int, place: str) -> str:
    needs = ngettext("This course needs %(num)s.", "This course needs %(num)s.", sessions)
    if not trips:
        return _("With %(place)s even one trip costs more than treatment at home.", place=place)
    pays = ngettext(
        "With %(nights)s nights a trip, %(place)s stays below your price at home for %(num)s trip and no more.",
        "With %(nights)s nights a trip, %(place)s stays below your price at home for up to %(num)s trips.",
        trips,
        nights=NIGHTS_FOR_ONE,
        place=place,
    )
    return f"{pays} {needs}"
