"""What the clinic's page showed of a request, and what the patient changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketplace.leads.clinic_queries import changed_since, unseen_changes
from marketplace.quote_requests.answer_changes import shared_with_clinics
from marketplace.web.forms import agreeing
from marketplace.web.forms.agreeing import AgreeingForm, Shown
from marketplace.words.request import ANSWERS

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.leads.models import Lead
    from marketplace.leads.visibility import VisibleAnswers
    from marketplace.quotes.models import Quote


def request_shown(lead: Lead, visible: VisibleAnswers) -> Shown:
    """Of the answers those that this clinic sees."""
    answers = visible.answers
    facts: dict[str, object] = {
        **shared_with_clinics(lead.request),
        "health": [answers.conditions, answers.details] if visible.health else None,
        "photos": [str(photo.id) for photo in visible.photos],
        "questions": visible.questions,
    }
    return Shown(("lead", str(lead.id)), facts)


def items(form: AgreeingForm | None) -> list[tuple[str | None, str]]:
    """What the patient changed since the page was shown."""
    lines = agreeing.items(form.changes, ANSWERS.clinic, gone="") if form is not None else []
    return [(None, text) for _anchor, text in lines]


@dataclass(frozen=True)
class ChangedRow:
    """The name of an answer, when it was changed last, and whether the clinic sees that for the first time."""

    label: str
    at: datetime
    is_new: bool


def changed_rows(lead: Lead, quote: Quote | None) -> list[ChangedRow]:
    """In the order the answers are shown; what is held was given when it was written."""
    since = (quote.held_at or quote.created_at) if quote is not None else lead.created_at
    new = unseen_changes(lead)
    return [ChangedRow(str(ANSWERS.clinic[name]), at, name in new) for name, at in changed_since(lead, since).items()]
