"""Words that a clinic is asked about before they go to a patient, and that may be sent with a flag."""

from collections.abc import Callable, Iterator

from flask_babel import gettext

from marketplace.foundation.problems import FieldProblem
from marketplace.reviews.doubtful_words import contact, pressing
from marketplace.reviews.states import ReviewKind

MAX_SHOWN = 120
BY_TICK = "unconfirmed"  # the reason of what a tick at "Send it as it is" answers
_FINDERS: dict[ReviewKind, Callable[[str], list[str]]] = {
    ReviewKind.CONTACT_DETAILS: contact,
    ReviewKind.PRESSURE: pressing,
}


def asked_about(text: str, *, at: str) -> Iterator[tuple[ReviewKind, FieldProblem]]:
    """Contact details and pressure in a text, each with the words for the field it stands in."""
    for kind, find in _FINDERS.items():
        if found := find(text):
            yield kind, FieldProblem(BY_TICK, _in_words(kind, found[0]), at)


def _in_words(kind: ReviewKind, sentence: str) -> str:
    shown = sentence if len(sentence) <= MAX_SHOWN else f"{sentence[: MAX_SHOWN - 1]}…"
    if kind == ReviewKind.CONTACT_DETAILS:
        return gettext(
            "“%(sentence)s”: the patient gets your contact details when they choose you."
            " Take it out, or tick “Send it as it is”",
            sentence=shown,
        )
    return gettext(
        "“%(sentence)s” presses the patient to decide quickly. Take it out, or tick “Send it as it is”", sentence=shown
    )
