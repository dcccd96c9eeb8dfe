"""The answers of the form in words: one text each, for the questions and for checking them."""

from collections.abc import Iterable

from babel.lists import format_list
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

TIMINGS = {
    "month": _("In the next month"),
    "quarter": _("In 1 to 3 months"),
    "later": _("Later"),
    "unknown": _("I don't know"),
}
TRIPS = {
    "1": _("1 trip"),
    "2": _("2 trips"),
    "3": _("3 trips or more"),
    "unknown": _("I'm not sure"),
}
SCOPES = {
    "treatment": _("The treatment only"),
    "everything": _("Everything, including travel"),
}
CONDITIONS = {
    "pregnancy": _("I am pregnant, or might be"),
    "breastfeeding": _("I am breastfeeding"),
    "infection": _("I have an infection, rash or sore skin where I want treatment"),
    "allergy": _("I have had an allergic reaction to an injection, cosmetic or medicine"),
    "skin_condition": _("I have eczema, psoriasis or another autoimmune skin condition"),
    "blood_thinner": _("I take a medicine that thins my blood"),
    "unsure": _("I'm not sure"),
    "tell_clinic": _("I'd rather tell the clinic myself"),
    "none": _("None of these"),
}
EXAMPLES = {"blood_thinner": _("For example warfarin, apixaban or daily aspirin. Do not stop taking it")}

# What a quote was given before, where the patient changed it since.
CHANGED = {
    "name": _("your name"),
    "treatment": _("what you would like help with"),
    "home": _("where you live"),
    "when": _("when you could travel"),
    "trips": _("trips"),
    "budget": _("budget"),
    "languages": _("languages"),
    "health": _("health answers"),
    "photos": _("photos"),
    "questions": _("questions"),
}


def given_before(names: Iterable[str]) -> str | None:
    """The mark on a quote; none where nothing was changed since it was given."""
    changed = [str(CHANGED[name]) for name in names]
    if not changed:
        return None
    return gettext("Given before you changed: %(answers)s", answers=format_list(changed, locale=get_locale() or "en"))
