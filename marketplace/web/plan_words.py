"""Course plans in words, the same on every page: what a plan is, why it cannot be done, what could be."""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalogue.plans import Checked, Plan, possible


def plan_text(plan: Plan) -> str:
    """4 trips of 2 nights, 1 trip of 43 nights."""
    nights = ngettext("%(num)s night", "%(num)s nights", plan.nights)
    return ngettext("%(num)s trip of %(nights)s", "%(num)s trips of %(nights)s", plan.trips, nights=nights)


def need_text(plan: Plan) -> str:
    """2 sessions 3 weeks apart need 22 nights in one trip."""
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
    """Why the stated plan cannot be done, and what the total is computed with instead."""
    stated, reason = plan_text(checked.stated), need_text(checked.stated)
    return _(
        "Cannot be done in %(stated)s: %(reason)s. Counted as %(counted)s.",
        stated=stated,
        reason=reason,
        counted=plan_text(checked.counted),
    )


def too_many_text(checked: Checked) -> str:
    """It needs more trips than the person who reads this has."""
    have = ngettext("you said %(num)s trip", "you said %(num)s trips", checked.max_trips or 0)
    return ngettext("Needs %(num)s trip: %(have)s.", "Needs %(num)s trips: %(have)s.", checked.stated.trips, have=have)


def could_text(plan: Plan, *, max_trips: int | None, max_nights: int) -> str:
    """The plans that can be done in its place: those with the person's trips, else all."""
    bounds = {"gap": plan.gap, "max_nights": max_nights}
    found = possible(plan.sessions, max_trips=max_trips, **bounds) or possible(plan.sessions, **bounds)
    return _(" or ").join(plan_text(each) for each in found)


def install(app: Flask) -> None:
    """Makes them known to the templates."""
    for function in (plan_text, need_text, cannot_text, too_many_text):
        app.jinja_env.filters[function.__name__] = function
