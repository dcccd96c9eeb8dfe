"""Which answers the patient changed after sending, as the clinic reads them: what each was, what it is, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from marketplace.leads.queries import changed_since_each, changes_seen_at
from marketplace.quote_requests.answer_changes import open_value
from marketplace.quote_requests.answer_table import ANSWERS as TABLE
from marketplace.quote_requests.answer_table import CODED_CHOICES
from marketplace.quote_requests.earlier_answers import KEPT, as_stored, earlier_answers
from marketplace.quote_requests.queries import treatment_of
from marketplace.web.filters import country_name, day_text, language_list, money_text
from marketplace.words.request import ANSWERS, BUDGET_SCOPES, TIMINGS

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.foundation.database.columns import Json
    from marketplace.leads.models import Lead
    from marketplace.leads.visibility import VisibleAnswers
    from marketplace.quote_requests.models import QuoteRequest
    from marketplace.quotes.models import Quote


@dataclass(frozen=True)
class ChangedRow:
    """An answer's name, what it was and is (None where that is not kept), when it last changed, if seen before."""

    label: str
    at: datetime
    is_new: bool
    before: str | None = None
    now: str | None = None


def changed_rows(lead: Lead, visible: VisibleAnswers, quote: Quote | None) -> list[ChangedRow]:
    """Returns the changed answers in the order they are shown; a held quote counts from when it was written."""
    since = (quote.held_at or quote.created_at) if quote is not None else lead.created_at
    changed, new = changed_since_each(lead, [since, changes_seen_at(lead)])
    earlier = earlier_answers(lead.request, after=since) if changed else {}
    rows = []
    for name, at in changed.items():
        before = in_words(lead.request, name, earlier[name]) if name in earlier else None
        now = in_words(lead.request, name, _current(lead.request, visible, name)) if before is not None else None
        rows.append(ChangedRow(str(ANSWERS.clinic[name]), at, name in new, before=before, now=now))
    return rows


def _current(quote_request: QuoteRequest, visible: VisibleAnswers, name: str) -> Json:
    """Returns an answer as it stands now, in the form in which earlier ones are kept; None for one not shared."""
    answer = TABLE[name]
    if name not in KEPT or (answer.shared_by and not getattr(quote_request, answer.shared_by)):
        return None
    sealed = [getattr(visible.answers, part) for part in answer.sealed]
    return as_stored([*open_value(quote_request, name), *sealed])


def in_words(quote_request: QuoteRequest, name: str, value: Json) -> str:
    """Returns an answer in the clinic's words; "not given" for an open one and for one that is not shared."""
    values = value if isinstance(value, list) else []
    if not any(values) and name != "treatment":
        return _("not given")
    if name in CODED_CHOICES:
        return str(CODED_CHOICES[name].codes.clinic[str(values[0])])
    return WORDS[name](quote_request, values)


def _treatment(quote_request: QuoteRequest, values: Sequence[Json]) -> str:
    named = {str(procedure.id): procedure.name for procedure in treatment_of(quote_request).procedures}
    return named.get(str(values[0]), _("Not sure yet"))


def _when(_request: QuoteRequest, values: Sequence[Json]) -> str:
    timing, *months = values
    days = [day_text(date.fromisoformat(str(month))) for month in months if month]
    return ", ".join([str(TIMINGS.clinic[str(timing)]), *days])


def _budget(_request: QuoteRequest, values: Sequence[Json]) -> str:
    amount, currency, scope = values
    shown = money_text(int(str(amount)), str(currency))
    return f"{shown}, {BUDGET_SCOPES.clinic[str(scope)]}" if scope else shown


def _texts(_request: QuoteRequest, values: Sequence[Json]) -> str:
    texts = values[0] if isinstance(values[0], list) else [values[0]]
    return " · ".join(str(text) for text in texts)


def _languages(_request: QuoteRequest, values: Sequence[Json]) -> str:
    codes = values[0] if isinstance(values[0], list) else []
    return language_list(str(code) for code in codes)


WORDS: dict[str, Callable[[QuoteRequest, Sequence[Json]], str]] = {
    "name": _texts,
    "treatment": _treatment,
    "home": lambda _request, values: country_name(str(values[0])),
    "when": _when,
    "budget": _budget,
    "languages": _languages,
    "questions": _texts,
}
