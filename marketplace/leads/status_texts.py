"""Sentences on how a request stands: with all its clinics, and what has changed about one since it was asked.

The request page and the emails say the same.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time

from flask_babel import gettext, ngettext

from marketplace.clinics.actions import missing_checks
from marketplace.clinics.checks import Stop, ended_checks, why_stopped
from marketplace.clinics.models import Check
from marketplace.clinics.states import REQUIRED_CHECKS, CheckState
from marketplace.foundation.values.durations import hours
from marketplace.leads.deadlines import UNDO_WITHIN
from marketplace.leads.models import Lead
from marketplace.leads.states import AWAITING, FREEZES, LeadState
from marketplace.words.listing import CHECK_KINDS

CHECK = "check"  # one that no clinic needs
TOLD = (*FREEZES, LeadState.FROZEN, LeadState.WON)


def clinic_news(lead: Lead) -> list[str]:
    """What stands on the page of whoever asked this clinic; empty where nothing has changed."""
    if lead.state not in TOLD:
        return []
    stop = why_stopped(lead.clinic)
    if stop:
        return news_sentences(lead, what=stop)
    return news_sentences(lead, what=CHECK) if _ended(lead, required=False) else []


def news_sentences(lead: Lead, *, what: str) -> list[str]:
    """What changed, and what follows from it."""
    return [_changed(lead, what), _follows(lead, what)]


def _changed(lead: Lead, what: str) -> str:
    if what == Stop.SUSPENDED:
        return gettext("We have suspended the listing of this clinic.")
    if what == Stop.CLOSED:
        return gettext("The listing of this clinic is closed.")
    checks = ", ".join(str(CHECK_KINDS.patient[kind]) for kind in _ended(lead, required=what == Stop.CHECK_ENDED))
    if what == Stop.CHECK_ENDED:
        return gettext("A check that every clinic here needs has ended: %(checks)s.", checks=checks)
    return gettext("One of our checks of this clinic has ended: %(checks)s.", checks=checks)


def _follows(lead: Lead, what: str) -> str:
    if what == CHECK:
        return gettext("Your request and its quote stay as they are, and you decide whether to go on.")
    if lead.state == LeadState.WON:
        return gettext(
            "It keeps the contact details it has, and reads your health answers, photos and messages no longer."
            " You can undo your choice for %(time)s from our email about it.",
            time=hours(UNDO_WITHIN),
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
    moments = [moment for moment in (check.expired_at, check.revoked_at) if moment is not None]
    if moments and check.state != CheckState.PASSED:
        return max(moments)
    return datetime.combine(check.expires_on or date.max, time.max, tzinfo=UTC)


# In the order in which they are said. A clinic that asked and let its time go by has sent no quote.
_WORDS: tuple[tuple[tuple[LeadState, ...], Callable[[int], str]], ...] = (
    (
        (LeadState.QUOTED,),
        lambda n: ngettext("%(num)s quote to choose from", "%(num)s quotes to choose from", n),
    ),
    (
        (LeadState.ASKED,),
        lambda n: ngettext("%(num)s clinic waits for your answer", "%(num)s clinics wait for your answer", n),
    ),
    (
        AWAITING,
        lambda n: ngettext("%(num)s clinic still has time to answer", "%(num)s clinics still have time to answer", n),
    ),
    (
        (LeadState.EXPIRED,),
        lambda n: ngettext("%(num)s clinic sent no quote in time", "%(num)s clinics sent no quote in time", n),
    ),
    (
        (LeadState.DECLINED,),
        lambda n: ngettext(
            "%(num)s clinic cannot take your request on", "%(num)s clinics cannot take your request on", n
        ),
    ),
    (
        (LeadState.FROZEN,),
        lambda n: ngettext("%(num)s clinic cannot go on for now", "%(num)s clinics cannot go on for now", n),
    ),
)


def tally_text(leads: Iterable[Lead]) -> list[str]:
    """One text for each kind of standing that some clinic has; nothing for those whose part is over."""
    by_state = Counter(lead.state for lead in leads)
    counts = ((sum(by_state[state] for state in states), words) for states, words in _WORDS)
    return [words(n) for n, words in counts if n]
