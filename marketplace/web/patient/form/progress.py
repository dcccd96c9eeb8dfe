"""The pages of the form in their order, as they stand beside a question on a wide screen."""

from typing import NamedTuple

from flask import url_for
from flask_babel import lazy_gettext as _l

from marketplace.quote_requests.drafts import BESIDE, STEPS

NAMES = {
    "treatment": _l("What you would like help with"),
    "where": _l("Where"),
    "when": _l("When, trips and budget"),
    "health": _l("Health and photos"),
    "you": _l("About you"),
    "clinics": _l("Clinics"),
    "check": _l("Check and send"),
}


class Step(NamedTuple):
    """A page by its name; `href` where it was answered before this one, `current` where it is this one."""

    name: str
    href: str | None
    current: bool


def progress(step: str) -> list[Step]:
    """Returns the pages of the form as seen from this one."""
    here = STEPS.index(BESIDE.get(step, step))
    return [
        Step(str(NAMES[name]), url_for(f"patient.ask_{name}") if at < here else None, at == here)
        for at, name in enumerate(STEPS)
    ]
