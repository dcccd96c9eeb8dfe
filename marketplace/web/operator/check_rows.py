"""The list of checks: its tabs, and what each check means for the clinic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _

from marketplace.clinics.models import Check
from marketplace.clinics.states import REQUIRED_CHECKS, CheckState
from marketplace.foundation import clock
from marketplace.web.navigation import Tab

WITHIN = (7, 30, 90)  # days


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """One check: the day that its list shows, and what it means for the clinic."""

    check: Check
    day: date | datetime | None
    meaning: str


def check_tabs(state: str | None, *, within: int) -> list[Tab]:
    """Returns the tabs by state, then those of checks that end within so many days, with the number asked for."""
    states = {"submitted": _("Evidence to check"), "expired": _("Expired, live")}
    by_state = [
        Tab(label, url_for("operator.list_checks", state=code), state == code) for code, label in states.items()
    ]
    by_end = [
        Tab(
            _("Within %(days)s days", days=days),
            url_for("operator.list_checks", expires_within=days),
            not state and days == within,
        )
        for days in sorted({*WITHIN, within})
    ]
    return by_state + by_end


def check_rows(checks: Iterable[Check], *, is_evidence: bool) -> list[CheckRow]:
    """Returns a row for each check, in their order; its day is when evidence was submitted, or when the check ends."""
    return [
        CheckRow(
            check=check,
            day=check.submitted_at if is_evidence else check.expires_on,
            meaning=_("Record what it shows and until when") if is_evidence else _meaning(check),
        )
        for check in checks
    ]


def _meaning(check: Check) -> str:
    """Returns what the check's end causes: only a required check stops requests."""
    if check.kind not in REQUIRED_CHECKS:
        return _("Shown as missing, requests still come")
    if check.state_on(clock.today()) == CheckState.EXPIRED:
        return _("Gets no new request")
    return _("Stops requests when it ends")
