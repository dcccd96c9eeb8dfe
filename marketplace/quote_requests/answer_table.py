"""Lists the answers of a request: which columns keep each one openly, what of it is sealed, and who reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.quote_requests.models import QuoteRequest


@dataclass(frozen=True)
class Answer:
    """One answer by the name that audit log, mails and pages call it: its open columns, and its sealed parts.

    `shared_by` is the column with which the patient shows it to clinics; without one every clinic asked reads it,
    health answers and photos with consent only.
    """

    columns: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()  # fields of queries.Answers
    read_by_clinics: bool = True
    shared_by: str | None = None


# In the order in which they are shown to clinics.
ANSWERS: Mapping[str, Answer] = {
    "name": Answer(sealed=("name",)),
    "treatment": Answer(("procedure_id", "concern")),
    "home": Answer(("home_country",)),
    "destinations": Answer(("destinations",), read_by_clinics=False),
    "when": Answer(("timing", "month_from", "month_to")),
    "trips": Answer(("trips",)),
    "budget": Answer(("budget_amount", "budget_currency", "budget_scope"), shared_by="share_budget"),
    "languages": Answer(("languages",)),
    "health": Answer(sealed=("conditions", "details")),
    "photos": Answer(),  # rows of their own
    "phone": Answer(sealed=("phone",), read_by_clinics=False),
    "questions": Answer(sealed=("questions",)),
}
READ_BY_CLINICS = tuple(name for name, answer in ANSWERS.items() if answer.read_by_clinics)
OPEN_COLUMNS = tuple(column for answer in ANSWERS.values() for column in answer.columns)


def open_value(request: QuoteRequest, name: str) -> list[object]:
    """Returns what the open columns of an answer hold; lists in one order."""
    values = [getattr(request, column) for column in ANSWERS[name].columns]
    return [sorted(value) if isinstance(value, list) else value for value in values]


def shared_with_clinics(request: QuoteRequest) -> dict[str, list[object] | None]:
    """Returns the open answers that clinics read, by name; None for one that the patient keeps to themselves."""
    shown = {name: answer for name, answer in ANSWERS.items() if answer.columns and answer.read_by_clinics}
    return {
        name: open_value(request, name) if not answer.shared_by or getattr(request, answer.shared_by) else None
        for name, answer in shown.items()
    }
