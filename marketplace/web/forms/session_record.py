"""What a clinic and a patient write of one session, in the same fields."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.aftercare.passport import DETAILS, MAX_SESSIONS, SessionDetails
from marketplace.web.forms.base import DayField, Form

MAX_LENGTH = 200
MAX_NOTE_LENGTH = 600


def _line(label: str) -> StringField:
    too_long = _l("Enter %(n)s characters or fewer", n=MAX_LENGTH)
    return StringField(label, validators=[Length(max=MAX_LENGTH, message=too_long)])


class SessionRecordForm(Form):
    """One session: everything may stay empty but its number."""

    number = IntegerField(
        _l("Session"),
        validators=[
            InputRequired(_l("Enter the number of the session")),
            NumberRange(1, MAX_SESSIONS, _l("Enter a number from 1 to %(n)s", n=MAX_SESSIONS)),
        ],
    )
    day = DayField(_l("Day"), validators=[Optional()])
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
