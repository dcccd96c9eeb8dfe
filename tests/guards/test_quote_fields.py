"""A field of a quote is described once, and the description reaches everybody who reads or writes the field."""

from collections.abc import Collection

from marketplace.quotes.fields import Kind
from marketplace.quotes.models import Quote
from marketplace.quotes.queries import CHANGES
from marketplace.quotes.states import QuoteState
from marketplace.quotes.terms import FIELDS
from marketplace.web.dashboard.quote_fields import CHOICES, MAKE
from marketplace.web.dashboard.quote_form import ASKED_FOR, PARTS, QuoteForm
from marketplace.web.patient.request.choosing import LINES

# Columns that say whose a quote is and how it stands, not what it offers.
RECORD = {
    *("id", "created_at", "lead_id", "request_id", "number", "version", "state", "withdraw_reason", "held_until"),
    *("mailed_at", "missing_asked_at", *(f"{state}_at" for state in QuoteState)),
}


def undescribed(columns: Collection[str]) -> set[str]:
    """Columns of a quote's terms without a description, and descriptions without a column."""
    return (set(columns) - RECORD) ^ {about.column for about in FIELDS.values()}


def test_every_column_of_the_terms_is_described_and_the_other_way_round() -> None:
    columns = Quote.__table__.columns.keys()
    assert undescribed(columns) == set()
    assert undescribed([*columns, "no_field"]) == {"no_field"}
    assert undescribed([name for name in columns if name != "product"]) == {"product"}


def test_every_described_field_is_in_a_part_of_the_form_and_on_a_line_of_the_choice() -> None:
    assert set(ASKED_FOR) <= set(vars(QuoteForm))
    assert {about.group.part for about in FIELDS.values()} == set(PARTS)
    assert {about.group.line for about in FIELDS.values()} == set(LINES)
    assert {about.group.change for about in FIELDS.values()} == {*CHANGES, None}


def test_every_kind_can_be_asked_for_and_every_choice_has_a_list() -> None:
    assert set(MAKE) == set(Kind) - {Kind.OWN}
    listed = {name for name, about in FIELDS.items() if about.kind in {Kind.CHOICE, Kind.SOME}}
    assert listed - {"procedure_id"} == set(CHOICES)


def test_whatever_has_words_for_the_patient_has_a_card() -> None:
    assert not [name for name, about in FIELDS.items() if about.patient and not about.group.card]
