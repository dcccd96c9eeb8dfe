"""What has changed about a clinic since it was asked: the same sentences on the request page and in the email."""

from datetime import UTC, date, datetime, time

from flask_babel import gettext

from marketplace.clinics.actions import missing_checks
from marketplace.clinics.models import Check
from marketplace.clinics.reasons import CHECK_KIND
from marketplace.clinics.standing import Stop, ended_checks, why_stopped
from marketplace.clinics.states import REQUIRED_CHECKS, CheckState
from marketplace.leads.models import Lead
from marketplace.leads.states import FREEZES, LeadState

CHECK = "check"  # one that no clinic needs
TOLD = (*FREEZES, LeadState.FROZEN, LeadState.WON)


def of_lead(lead: Lead) -> list[str]:
    """What stands on the page of whoever asked this clinic; empty where nothing has changed."""
    if lead.state not in TOLD:
        return []
    stop = why_stopped(lead.clinic)
    if stop:
        return sentences(lead, what=stop)
    return sentences(lead, what=CHECK) if _ended(lead, required=False) else []


def sentences(lead: Lead, *, what: str) -> list[str]:
    """What changed, and what follows from it."""
    return [_changed(lead, what), _follows(lead, what)]


def _changed(lead: Lead, what: str) -> str:
    if what == Stop.SUSPENDED:
        return gettext("We have suspended the listing of this clinic.")
    if what == Stop.CLOSED:
        return gettext("The listing of this clinic is closed.")
    checks = ", ".join(str(CHECK_KIND[kind]) for kind in _ended(lead, required=what == Stop.CHECK_ENDED))
    if what == Stop.CHECK_ENDED:
        return gettext("A check that every clinic here needs has ended: %(checks)s.", checks=checks)
    return gettext("One of our checks of this clinic has ended: %(checks)s.", checks=checks)


def _follows(lead: Lead, what: str) -> str:
    if what == CHECK:
        return gettext("Your request and its quote stay as they are, and you decide whether to go on.")
    if lead.state == LeadState.WON:
        return gettext(
            "It keeps the contact details it has, and reads your health answers, photos and messages no longer."
            " You can undo your choice for 48 hours from our email about it."
        )
    return gettext(
        "For now it cannot read your request, answer you or be chosen; a quote it sent is marked on your page."
        " You can ask other clinics."
    )


def _ended(lead: Lead, *, required: bool) -> list[str]:
    """The kinds of checks that stop the clinic now, or of the others those that ended since it has the request."""
    if required:
        return missing_checks(lead.clinic)
    others = [check for check in ended_checks(lead.clinic) if check.kind not in REQUIRED_CHECKS]
    return [check.kind for check in others if _ended_at(check) > lead.created_at]


def _ended_at(check: Check) -> datetime:
    """A check counts to the end of its last day."""
    moments = [moment for moment in (check.lapsed_at, check.revoked_at) if moment is not None]
    if moments and check.state != CheckState.PASSED:
        return max(moments)
    return datetime.combine(check.expires_on or date.max, time.max, tzinfo=UTC)
