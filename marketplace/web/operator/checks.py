"""The checks of clinics' claims: their lists, what each means for its clinic, and the decision about one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from wtforms import DateField, RadioField, StringField
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from marketplace.clinics import checks, operator_queries
from marketplace.clinics.models import Check
from marketplace.clinics.states import REQUIRED_CHECKS, CheckState
from marketplace.foundation import clock
from marketplace.foundation.problems import Refused
from marketplace.quotes import stopping
from marketplace.web.forms.agreeing import STALE, AgreeingForm
from marketplace.web.forms.base import ExtraValidators
from marketplace.web.forms.query import Tab
from marketplace.web.http.writing import writes
from marketplace.web.operator.blueprint import blueprint
from marketplace.web.operator.claims import check_shown, items, last_happened
from marketplace.web.operator.clinics import back_to_clinic
from marketplace.web.operator.list_query import chosen, whole_number

if TYPE_CHECKING:
    from marketplace.clinics.models import Clinic

WITHIN = (7, 30, 90)  # days
MAX_WITHIN = 366
VERDICTS = [("pass", _l("Passed")), ("refuse", _l("Refused")), ("revoke", _l("Revoked"))]


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


class CheckForm(AgreeingForm):
    """The decision about a check. A passed check can be prolonged or revoked, any other passed or refused."""

    evidence = StringField(_l("Evidence"), validators=[DataRequired(_l("Enter what you looked at")), Length(max=300)])
    source = StringField(_l("Source"), validators=[DataRequired(_l("Enter where it comes from")), Length(max=300)])
    verdict = RadioField(
        _l("Verdict"),
        choices=VERDICTS,
        validate_choice=False,
        validators=[AnyOf([verdict for verdict, _label in VERDICTS], message=_l("Select a verdict"))],
    )
    expires_on = DateField(_l("Counts until"), validators=[Optional()])

    def validate(self, extra_validators: ExtraValidators | None = None) -> bool:
        """Validates the form: a passed check needs a day on which it ends."""
        passed = bool(super().validate(extra_validators=extra_validators))
        if self.expires_on.errors or (self.verdict.data == "pass" and self.expires_on.data is None):
            self.expires_on.errors = [_("Enter the day until which it counts")]
            passed = False
        return passed

    def offer(self, state: str) -> None:
        """Offers the verdicts that are possible for a check in this state."""
        wanted = ("pass", "revoke") if state == "passed" else ("pass", "refuse")
        self.verdict.choices = [(verdict, label) for verdict, label in VERDICTS if verdict in wanted]


@blueprint.get("/checks")
def list_checks() -> ResponseReturnValue:
    """Shows the checks with evidence to read, those of live listings out of date, or those that end soon."""
    within = whole_number("expires_within", default=30, low=0, high=MAX_WITHIN)
    lists = {"submitted": operator_queries.submitted_checks, "expired": operator_queries.expired_checks}
    listed = chosen("state", lists) or None
    found = lists[listed]() if listed else operator_queries.ending_checks(within_days=within)
    return render_template(
        "operator/checks.html",
        rows=check_rows(found, is_evidence=listed == "submitted"),
        state=listed,
        tabs_shown=check_tabs(listed, within=within),
        longest=max(*WITHIN, within),
    )


@blueprint.get("/clinics/<uuid:clinic_id>/checks/<kind>")
def ask_check(clinic_id: UUID, kind: str) -> ResponseReturnValue:
    """Shows one claim, its evidence, and the form to decide. Raises NotFound."""
    clinic = operator_queries.by_id(clinic_id)
    check = checks.check_of(clinic, kind)
    form = CheckForm(evidence=check.evidence, source=check.source, expires_on=checks.latest_expiry(check.kind))
    return _check_page(clinic, check, form)


@blueprint.post("/clinics/<uuid:clinic_id>/checks/<kind>")
@writes
def decide_check(clinic_id: UUID, kind: str) -> ResponseReturnValue:
    """Passes the check until a date, refuses it or revokes it. Raises NotFound."""
    clinic = operator_queries.by_id(clinic_id)
    check = checks.check_of(clinic, kind)
    form = CheckForm()
    if not form.agrees_to(check_shown(check)) or not form.validate():
        return _check_page(clinic, check, form)
    try:
        stopping.decide_check(
            check,
            verdict=form.verdict.data,
            evidence=form.evidence.data or "",
            source=form.source.data or "",
            expires_on=form.expires_on.data,
            checked_by=_signature(),
        )
    except Refused as refusal:
        form.expires_on.errors = [refusal.message]
        return _check_page(clinic, check, form)
    return back_to_clinic(clinic_id, _("The check is recorded"))


def _check_page(clinic: "Clinic", check: "Check", form: CheckForm) -> ResponseReturnValue:
    form.offer(str(check.state))
    form.show(check_shown(check))
    html = render_template(
        "operator/clinics/check.html",
        clinic=clinic,
        check=check,
        form=form,
        changed=items(form),
        happened=last_happened(clinic) if form.changes else None,
        has_errors=bool(form.errors or form.changes),
    )
    return html, STALE if form.changes else 422 if form.errors else 200


def _signature() -> str:
    """Returns role and initials as they are stored; `signed_by` translates them for the reader."""
    initials = "".join(f"{part[0].upper()}." for part in current_user.name.split() if part)
    return f"Operator {initials}"
