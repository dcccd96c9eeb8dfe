"""Course plans in words, the same on every page: what a plan is, why it cannot be done, what could be."""

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalogue.trip_plans import Checked, Plan, possible


def plan_text(plan: Plan) -> str:
    """Names a plan: 4 trips of 2 nights, 1 trip of 43 nights."""
    nights = ngettext("%(num)s night", "%(num)s nights", plan.nights)
    return ngettext("%(num)s trip of %(nights)s", "%(num)s trips of %(nights)s", plan.trips, nights=nights)


def need_text(plan: Plan) -> str:
    """Says what a trip needs: 2 sessions 3 weeks apart need 22 nights in one trip."""
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
    """Says why the stated plan cannot be done, and what the total is computed with instead."""
    stated, reason = plan_text(checked.stated), need_text(checked.stated)
    return _(
        "Cannot be done in %(stated)s: %(reason)s. Counted as %(counted)s.",
        stated=stated,
        reason=reason,
        counted=plan_text(checked.counted),
    )


def too_many_text(checked: Checked) -> str:
    """Tells the patient that the plan needs more trips than they have."""
    have = ngettext("you said %(num)s trip", "you said %(num)s trips", checked.max_trips or 0)
    return ngettext("Needs %(num)s trip: %(have)s.", "Needs %(num)s trips: %(have)s.", checked.stated.trips, have=have)


def too_close_text(checked: Checked) -> str:
    """Says that the sessions are closer together than the content says."""
    usual = ngettext("%(num)s week", "%(num)s weeks", checked.min_gap)
    return ngettext(
        "%(num)s week between sessions is less than the %(usual)s of our guide: ask why.",
        "%(num)s weeks between sessions are less than the %(usual)s of our guide: ask why.",
        checked.stated.gap,
        usual=usual,
    )


def trips_of_patient_text(max_trips: int) -> str:
    """Tells the clinic how many trips the patient has."""
    return ngettext(
        "The patient can make %(num)s trip: a quote that needs more is marked",
        "The patient can make %(num)s trips: a quote that needs more is marked",
        max_trips,
    )


def refused_text(checked: Checked, *, max_nights: int) -> str:
    """Tells the clinic, before it sends, why the plan cannot be done and what could be."""
    stated, bounds = checked.stated, {"gap": checked.stated.gap, "max_nights": max_nights}
    found = possible(stated.sessions, max_trips=checked.max_trips, **bounds) or possible(stated.sessions, **bounds)
    return _(
        "%(stated)s cannot be done: %(reason)s. Possible: %(plans)s",
        stated=plan_text(stated),
        reason=need_text(stated),
        plans=_(" or ").join(plan_text(each) for each in found),
    )
