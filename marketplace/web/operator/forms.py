"""What operators type."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from marketplace.clinics.reasons import SEND_BACK, SUSPEND
from marketplace.web.forms.agreeing import AgreeingForm
from marketplace.web.forms.base import Form

STATEMENT = 2000


def _reason(known: Mapping[str, object]) -> SelectField:
    """One of the list; what is not on it is not chosen."""
    choices: list[Any] = [("", _l("Select a reason")), *known.items()]
    return SelectField(
        _l("Reason"),
        choices=choices,
        validate_choice=False,
        validators=[AnyOf(list(known), message=_l("Select a reason"))],
    )


class SuspendForm(AgreeingForm):
    """A reason from the list and a statement the clinic reads."""

    reason = _reason(SUSPEND)
    statement = TextAreaField(
        _l("Statement to the clinic"),
        validators=[
            DataRequired(_l("Enter what the clinic should know")),
            Length(max=STATEMENT, message=_l("Enter 2000 characters or fewer")),
        ],
    )


class SendBackForm(SuspendForm):
    """What the clinic is to mend."""

    reason = _reason(SEND_BACK)


class UnsealForm(Form):
    """Why health answers must be opened; the patient reads it."""

    reason = TextAreaField(
        _l("Why you open them"),
        validators=[
            DataRequired(_l("Enter why you open them")),
            Length(max=500, message=_l("Enter 500 characters or fewer")),
        ],
    )


class CheckForm(AgreeingForm):
    """What the evidence shows; a passed check can be prolonged or revoked, any other passed or refused."""

    evidence = StringField(_l("Evidence"), validators=[DataRequired(_l("Enter what you looked at")), Length(max=300)])
    source = StringField(_l("Source"), validators=[DataRequired(_l("Enter where it comes from")), Length(max=300)])
    verdict = RadioField(
        _l("Verdict"),
        choices=[("pass", _l("Passed")), ("refuse", _l("Refused")), ("revoke", _l("Revoked"))],
        validate_choice=False,
        validators=[AnyOf(["pass", "refuse", "revoke"], message=_l("Select a verdict"))],
    )
    expires_on = DateField(_l("Counts until"), validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """A passed check has an end, and the end is a day."""
        passed = bool(super().validate(extra_validators=extra_validators))
        if self.expires_on.errors or (self.verdict.data == "pass" and self.expires_on.data is None):
            self.expires_on.errors = [_("Enter the day until which it counts")]
            passed = False
        return passed

    def offer(self, state: str) -> None:
        """The verdicts that a check in this state can get."""
        wanted = ("pass", "revoke") if state == "passed" else ("pass", "refuse")
        offered: Any = self.verdict.choices
        self.verdict.choices = [(value, label) for value, label in offered if value in wanted]
