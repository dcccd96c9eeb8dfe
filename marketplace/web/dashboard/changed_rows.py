"""What the patient changed since this clinic got the request, or gave its quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketplace.leads.changed_answers import changed_since, unseen
from marketplace.web.dashboard.asked_facts import LABELS

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote


@dataclass(frozen=True)
class ChangedRow:
    """The name of an answer, when it was changed last, and whether the clinic sees that for the first time."""

    label: str
    at: datetime
    is_new: bool


def changed_rows(lead: Lead, quote: Quote | None) -> list[ChangedRow]:
    """In the order the answers are shown; what is held was given when it was written."""
    since = (quote.held_at or quote.created_at) if quote is not None else lead.created_at
    new = unseen(lead)
    return [ChangedRow(str(LABELS[name]), at, name in new) for name, at in changed_since(lead, since).items()]
