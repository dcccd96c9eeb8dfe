"""What a clinic and a patient write of one session, in the same fields."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, IntegerField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from marketplace.aftercare.passport import DETAILS, MAX_SESSIONS, SessionDetails
from marketplace.foundation import clock
from marketplace.web.forms.base import DayField, ExtraValidators, Form

MAX_LENGTH = 200
MAX_NOTE_LENGTH = 600


def _line(label: str) -> StringField:
    too_long = _l("Enter %(n)s characters or fewer", n=MAX_LENGTH)
    return StringField(label, validators=[Length(max=MAX_LENGTH, message=too_long)])


def is_past(_form: BaseForm, field: Field) -> None:
    """Checks, as a validator, that the day is today or before. Raises ValidationError."""
    if field.data and field.data > clock.today():
        raise ValidationError(_("Enter today or a day before"))


class SessionRecordForm(Form):
    """One session: its number, and at least one field more."""

    number = IntegerField(
        _l("Session"),
        validators=[
            InputRequired(_l("Enter the number of the session")),
            NumberRange(1, MAX_SESSIONS, _l("Enter a number from 1 to %(n)s", n=MAX_SESSIONS)),
        ],
    )
    day = DayField(_l("Day"), validators=[Optional(), is_past])
    product = _line(_l("Product: brand and maker"))
    lot = _line(_l("Lot number, and use by"))
    amount = _line(_l("Amount"))
    area = _line(_l("Where"))
    points = _line(_l("Points, and how deep"))
    person = _line(_l("Who treated"))
    register = _line(_l("Register number of that person"))
    note = TextAreaField(
        _l("Anything else"),
        validators=[Length(max=MAX_NOTE_LENGTH, message=_l("Enter %(n)s characters or fewer", n=MAX_NOTE_LENGTH))],
    )

    def validate(self, extra_validators: ExtraValidators | None = None) -> bool:
        """Returns whether the fields are right and at least one of them is filled in."""
        if not super().validate(extra_validators):
            return False
        if not any(self.details().values()):
            self.form_errors.append(_("Fill in at least one field"))
        return not self.form_errors

    def details(self) -> dict[str, str]:
        """Returns what was typed by its name; the day is ISO."""
        texts = {name: str(self[name].data or "") for name in DETAILS if name != "day"}
        return {"day": self.day.data.isoformat() if self.day.data else "", **texts}


def session_labels() -> dict[str, str]:
    """Returns the labels of what is known of a session, by name, without its day."""
    return {
        "product": _("Product"),
        "lot": _("Lot"),
        "amount": _("Amount"),
        "area": _("Where"),
        "points": _("Points"),
        "person": _("By"),
        "register": _("Register"),
        "note": _("Note"),
    }


def form_values(details: SessionDetails) -> dict[str, object]:
    """Returns the values that the form shows for what was written."""
    values: dict[str, object] = {name: getattr(details, name) for name in DETAILS if name != "day"}
    return values | {"day": date.fromisoformat(details.day) if details.day else None}
