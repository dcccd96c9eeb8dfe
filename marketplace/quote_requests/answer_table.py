"""Lists the answers of a request: which columns keep each one openly, what of it is sealed, and who reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from marketplace.words.request import TRIPS
from marketplace.words.table import Table


@dataclass(frozen=True, kw_only=True)
class CodedChoice:
    """Describes an answer that is one code of a list; the column has the answer's name.

    Its field on the form, its storing, its CHECK, and its row for the patient and for the clinic follow from this.
    """

    step: str
    codes: Table[LazyString]  # each with words for the form, the patient and the clinic
    question: LazyString
    missing: LazyString | None = None  # what the form says where none is selected; None: it may stay unanswered
    preselected: str | None = None  # the code that the form selects before there is an answer
    treatment_hint: str | None = None  # the field of Particulars that stands below the question


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
    choice: CodedChoice | None = None


# In the order in which they are shown to clinics.
ANSWERS: Mapping[str, Answer] = {
    "name": Answer(sealed=("name",)),
    "treatment": Answer(("procedure_id", "concern")),
    "home": Answer(("home_country",)),
    "destinations": Answer(("destinations",), read_by_clinics=False),
    "when": Answer(("timing", "month_from", "month_to")),
    "trips": Answer(
        ("trips",),
        choice=CodedChoice(
            step="when",
            codes=TRIPS,
            question=_l("How many trips could you make?"),
            missing=_l("Select how many trips you could make"),
            preselected="unknown",
            treatment_hint="trips_hint",
        ),
    ),
    "budget": Answer(("budget_amount", "budget_currency", "budget_scope"), shared_by="share_budget"),
    "languages": Answer(("languages",)),
    "health": Answer(sealed=("conditions", "details")),
    "photos": Answer(),  # rows of their own
    "phone": Answer(sealed=("phone",), read_by_clinics=False),
    "questions": Answer(sealed=("questions",)),
}
READ_BY_CLINICS = tuple(name for name, answer in ANSWERS.items() if answer.read_by_clinics)
OPEN_COLUMNS = tuple(column for answer in ANSWERS.values() for column in answer.columns)
CODED_CHOICES: Mapping[str, CodedChoice] = {name: answer.choice for name, answer in ANSWERS.items() if answer.choice}


def coded_choices(step: str) -> dict[str, CodedChoice]:
    """Returns the answers of a step that are one code of a list, by name."""
    return {name: choice for name, choice in CODED_CHOICES.items() if choice.step == step}
