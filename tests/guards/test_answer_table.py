"""An answer of a request is listed once, and what is listed reaches clinics, changes, exports and erasure."""

from collections.abc import Collection

from marketplace.quote_requests.answer_table import ANSWERS, CODED_CHOICES, OPEN_COLUMNS, READ_BY_CLINICS, coded_choices
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import Answers
from marketplace.quote_requests.retention import ASKED, SEALED
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.request_export import PLAIN
from marketplace.web.patient.request.answers import FORMS
from marketplace.words.request import ANSWERS as WORDS

# Columns that say how a request stands, what its form has asked already, and what was agreed to beside an answer.
RECORD = {
    *("id", "ref", "locale", "created_at", "state", "undo_until", "last_answered_at", "reminded_at", "offered_at"),
    "look_again_at",
    *("quotes_mailed_at", "announced_at", "retention_restarted_at", "treatment_id", "started_from_id"),
    *("procedure_answered", "where_answered", "budget_answered", "wait_without_clinic", "share_health"),
    *("aftercare", "aftercare_until"),
    *SEALED,
    *(f"{state}_at" for state in RequestState),
    *(answer.shared_by for answer in ANSWERS.values() if answer.shared_by),
}


def unlisted(columns: Collection[str]) -> set[str]:
    """Columns that keep an answer and are in no row of the table, and the other way round."""
    return (set(columns) - RECORD) ^ set(OPEN_COLUMNS)


def test_every_column_with_an_answer_is_listed() -> None:
    columns = QuoteRequest.__table__.columns.keys()
    assert unlisted(columns) == set()
    assert unlisted([*columns, "no_answer"]) == {"no_answer"}


def test_every_sealed_answer_is_listed() -> None:
    listed = {part for answer in ANSWERS.values() for part in answer.sealed}
    assert set(Answers.__dataclass_fields__) - {"email"} == listed


def test_what_is_listed_is_named_exported_and_erased() -> None:
    assert set(READ_BY_CLINICS) <= set(WORDS.clinic)
    assert set(OPEN_COLUMNS) - set(PLAIN) == {"procedure_id"}
    assert set(OPEN_COLUMNS) <= set(ASKED)


def test_a_coded_choice_is_asked_by_the_form_of_its_step_named_and_kept_in_its_column() -> None:
    asked = {name for step, form in FORMS.items() for name in coded_choices(step) if hasattr(form, name)}
    assert asked == set(CODED_CHOICES) <= set(WORDS.form)
    assert all(form.step == step for step, form in FORMS.items())
    assert [ANSWERS[name].columns for name in CODED_CHOICES] == [(name,) for name in CODED_CHOICES]
