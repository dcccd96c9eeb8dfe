"""Which trips a course of sessions needs: how many, of how many nights, and whether a stated plan can be done. Pure.

With n sessions a gap of weeks apart on t trips, a trip holds k = ceil(n / t) sessions and needs (k - 1) gaps and a
night; a trip with one session needs the night before it and the night after.
"""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

MAX_SESSIONS = 12
MAX_GAP = 12  # weeks
NIGHTS_FOR_ONE = 2
DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Plan:
    """A course on `trips` trips of `nights` nights each, its sessions `gap` weeks apart."""

    sessions: int
    gap: int
    trips: int
    nights: int

    @property
    def sessions_a_trip(self) -> int:
        """Returns the number of sessions in the fullest trip."""
        return sessions_a_trip(self.sessions, trips=self.trips)

    @property
    def nights_needed(self) -> int:
        """Returns the nights that each trip needs at least."""
        return nights_needed(self.sessions, gap=self.gap, trips=self.trips)

    @property
    def can_be_done(self) -> bool:
        """Returns whether the sessions of a trip fit its nights."""
        return self.nights >= self.nights_needed

    @property
    def all_nights(self) -> int:
        """Returns the nights of all trips together."""
        return self.trips * self.nights


def sessions_a_trip(sessions: int, *, trips: int) -> int:
    """Returns the sessions of the fullest trip: n / t, rounded up."""
    return -(-sessions // trips)


def nights_needed(sessions: int, *, gap: int, trips: int) -> int:
    """Returns the nights that each of the trips needs at least."""
    held = sessions_a_trip(sessions, trips=trips)
    return NIGHTS_FOR_ONE if held == 1 else (held - 1) * gap * DAYS_A_WEEK + 1


def shortest(sessions: int, *, gap: int, trips: int) -> Plan:
    """Returns the plan with so many trips, each with no more nights than it needs."""
    return Plan(sessions, gap, trips, nights_needed(sessions, gap=gap, trips=trips))


def trip_a_session(sessions: int, *, gap: int) -> Plan:
    """Returns a plan with one trip per session, which is used where nothing else was asked for."""
    return shortest(sessions, gap=gap, trips=sessions)


def one_stay(sessions: int, *, gap: int) -> Plan:
    """Returns the plan with all sessions in one trip."""
    return shortest(sessions, gap=gap, trips=1)


def possible(sessions: int, *, gap: int, max_trips: int | None = None, max_nights: int | None = None) -> list[Plan]:
    """Returns the plans within the bounds, most trips first; of those with equally long trips the fewest trips."""
    by_nights: dict[int, Plan] = {}
    for trips in range(min(sessions, max_trips or sessions), 0, -1):
        plan = shortest(sessions, gap=gap, trips=trips)
        if max_nights is None or plan.nights <= max_nights:
            by_nights[plan.nights] = plan
    return list(by_nights.values())


def proposed(sessions: int, *, gap: int, max_trips: int | None, max_nights: int) -> Plan:
    """Returns the plan to start from: one trip per session, or the most trips the person has.

    It has more trips where one of at most `max_nights` nights could not hold its sessions.
    """
    within = possible(sessions, gap=gap, max_trips=max_trips, max_nights=max_nights)
    return within[0] if within else possible(sessions, gap=gap, max_nights=max_nights)[-1]


@dataclass(frozen=True)
class Checked:
    """A stated plan, checked against its own spacing and the trips a patient has.

    `counted` is the plan a total is computed from: the stated one where it can be done, else one trip a session.
    """

    stated: Plan
    counted: Plan
    min_gap: int
    max_trips: int | None

    @property
    def can_be_done(self) -> bool:
        """Returns whether each trip's sessions fit its nights."""
        return self.counted == self.stated

    @property
    def too_many_trips(self) -> bool:
        """Returns whether the plan needs more trips than the patient has."""
        return self.max_trips is not None and self.stated.trips > self.max_trips

    @property
    def too_close(self) -> bool:
        """Returns whether sessions are closer than the content says; the total still uses their spacing."""
        return self.stated.sessions > 1 and self.stated.gap < self.min_gap

    @property
    def fits(self) -> bool:
        """Returns whether the plan can be done in the trips the patient has."""
        return self.can_be_done and not self.too_many_trips


def check(stated: Plan, *, max_trips: int | None, min_gap: int = 1, abroad: bool = True) -> Checked:
    """Checks whether a stated plan can be done; `min_gap` is the content's shortest spacing, in weeks.

    A patient who lives in the clinic's country needs no nights and makes no trips.
    """
    if not abroad:
        return Checked(stated, stated, min_gap, None)
    counted = stated if stated.can_be_done else trip_a_session(stated.sessions, gap=stated.gap)
    return Checked(stated, counted, min_gap, max_trips)


def plan_text(plan: Plan) -> str:
    """Returns a plan in words, such as "4 trips of 2 nights"."""
    nights = ngettext("%(num)s night", "%(num)s nights", plan.nights)
    return ngettext("%(num)s trip of %(nights)s", "%(num)s trips of %(nights)s", plan.trips, nights=nights)


def pays_off_text(trips: int) -> str:
    """Returns up to how many short trips the total stays below the price at home; 0 is none."""
    return (
        ngettext("pays off for %(num)s trip", "pays off up to %(num)s trips", trips) if trips else _("never pays off")
    )


def need_text(plan: Plan) -> str:
    """Returns what a trip needs in words: "2 sessions 3 weeks apart need 22 nights in one trip"."""
    nights = ngettext("%(num)s night", "%(num)s nights", plan.nights_needed)
    apart = ngettext("%(num)s week", "%(num)s weeks", plan.gap)
    return ngettext(
        "%(num)s session needs %(nights)s in one trip",
        "%(num)s sessions %(apart)s apart need %(nights)s in one trip",
        plan.sessions_a_trip,
        apart=apart,
        nights=nights,
    )


def cannot_text(checked: Checked) -> str:
    """Returns why the stated plan cannot be done, and what the total is computed with instead."""
    stated, reason = plan_text(checked.stated), need_text(checked.stated)
    return _(
        "Cannot be done in %(stated)s: %(reason)s. Counted as %(counted)s.",
        stated=stated,
        reason=reason,
        counted=plan_text(checked.counted),
    )


def too_many_text(checked: Checked) -> str:
    """Returns the sentence for a patient whose trips are fewer than the plan needs."""
    have = ngettext("you said %(num)s trip", "you said %(num)s trips", checked.max_trips or 0)
    return ngettext("Needs %(num)s trip: %(have)s.", "Needs %(num)s trips: %(have)s.", checked.stated.trips, have=have)


def too_close_text(checked: Checked) -> str:
    """Returns the sentence that the sessions are closer together than the content says."""
    usual = ngettext("%(num)s week", "%(num)s weeks", checked.min_gap)
    return ngettext(
        "%(num)s week between sessions is less than the %(usual)s of our guide: ask why.",
        "%(num)s weeks between sessions are less than the %(usual)s of our guide: ask why.",
        checked.stated.gap,
        usual=usual,
    )


def trips_of_patient_text(max_trips: int) -> str:
    """Returns the sentence that tells the clinic how many trips the patient has."""
    return ngettext(
        "The patient can make %(num)s trip: a quote that needs more is marked",
        "The patient can make %(num)s trips: a quote that needs more is marked",
        max_trips,
    )


def refused_text(checked: Checked, *, max_nights: int) -> str:
    """Returns what a clinic reads before it sends: why the plan cannot be done, and which one could."""
    stated, bounds = checked.stated, {"gap": checked.stated.gap, "max_nights": max_nights}
    found = possible(stated.sessions, max_trips=checked.max_trips, **bounds) or possible(stated.sessions, **bounds)
    return _(
        "%(stated)s cannot be done: %(reason)s. Possible: %(plans)s",
        stated=plan_text(stated),
        reason=need_text(stated),
        plans=_(" or ").join(plan_text(each) for each in found),
    )
